import { dirname, resolve } from 'node:path'
import type { VerilatorExecutable } from './build.js'
import { dockerCommand } from './docker.js'

/**
 * Program and arguments that start an executable, in its container when it was built in one.
 *
 * @param touched files that the process reads or writes outside of the cache
 */
export function simulatorCommand(
  executable: VerilatorExecutable,
  args: readonly string[],
  touched: readonly string[],
): [string, string[]] {
  const { docker, path, cacheDirectory, directory } = executable
  if (docker === undefined) return [path, [...args]]
  const mounts = [cacheDirectory, ...touched.map((file) => dirname(resolve(file)))]
  return dockerCommand(docker, mounts, directory, [path, ...args])
}
