import { findTool } from '../../common/tools.js'

/**
 * Command that runs a program in a container. The folders are mounted under their own names, so paths
 * mean the same on both sides, and files belong to the user who runs it. Standard streams are passed
 * through; the container goes away with the program.
 *
 * @throws InputError when there is no `docker`.
 */
export function dockerCommand(
  image: string,
  mounts: readonly string[],
  cwd: string,
  command: readonly string[],
): [string, string[]] {
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
  const volumes = [...new Set(mounts)].flatMap((folder) => ['-v', `${folder}:${folder}`])
  const mounted = mounts.some((folder) => cwd === folder || cwd.startsWith(`${folder}/`))
  return [
    findTool('docker').path,
    [
      ...['run', '--rm', '-i', '--user', user],
      ...volumes,
      ...(mounted ? ['-w', cwd] : []),
      ...[image, ...command],
    ],
  ]
}
