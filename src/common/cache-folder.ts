import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where results are kept that can be made again: `$ROMULUS_CACHE`, else `romulus` in the user's cache folder. */
export function cacheFolder(): string {
  if (process.env.ROMULUS_CACHE) return process.env.ROMULUS_CACHE
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'romulus')
}
