import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache-folder.js'

/** Results as JSON files, named by the hash of everything that they depend on. */
export interface ResultCache {
  /** What was stored under the key; undefined when there is nothing, or the file has been damaged. */
  get(key: string): unknown
  /** Stores a result; readers see all of it or nothing. Where the system refuses, nothing is stored. */
  set(key: string, result: unknown): void
}

/** Neither keeps nor finds anything. */
export const noCache: ResultCache = { get: () => undefined, set: () => {} }

/**
 * A cache in a folder, which may be deleted at any time.
 *
 * @param kind of results, a folder in `parent`
 */
export function openCache(kind: string, parent = cacheFolder()): ResultCache {
  const directory = join(parent, kind)
  const fileOf = (key: string): string => join(directory, key.slice(0, 2), `${key.slice(2)}.json`)
  return {
    get(key) {
      try {
        const { digest, result } = JSON.parse(readFileSync(fileOf(key), 'utf8'))
        return digest === contentKey(result) ? result : undefined
      } catch {
        return undefined
      }
    },
    set(key, result) {
      const file = fileOf(key)
      const unfinished = `${file}.${randomUUID()}`
      try {
        mkdirSync(join(file, '..'), { recursive: true })
        writeFileSync(unfinished, JSON.stringify({ digest: contentKey(result), result }))
        renameSync(unfinished, file)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === undefined) throw error
        removeIfThere(unfinished)
      }
    },
  }
}

/** SHA-256 of anything that JSON can hold, in hexadecimal. */
export function contentKey(contents: unknown): string {
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex')
}

function removeIfThere(file: string): void {
  try {
    rmSync(file)
  } catch {
    // It was never made.
  }
}
