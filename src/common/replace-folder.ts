import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** A file of a folder; its path is relative to the folder. */
export interface FolderFile {
  readonly path: string
  readonly contents: string | Uint8Array
}

/**
 * Writes files into a folder: all of them or none. They are written beside it first, so that what is there stays until all
 * is on the disk.
 *
 * @param kept entries that stay, of a folder that is there and whose others are replaced; undefined when there is none
 * @throws the file system's error
 */
export async function replaceFolder(
  folder: string,
  files: readonly FolderFile[],
  kept: readonly string[] | undefined,
): Promise<void> {
  const target = resolve(folder)
  const token = randomBytes(6).toString('hex')
  const fresh = join(dirname(target), `.${basename(target)}.${token}.new`)
  const old = join(dirname(target), `.${basename(target)}.${token}.old`)
  let firstMade: string | undefined
  try {
    firstMade = await mkdir(fresh, { recursive: true })
    for (const { path, contents } of files) {
      const file = join(fresh, path)
      if (path.includes('/')) await mkdir(dirname(file), { recursive: true })
      await writeFile(file, contents)
    }
    if (kept === undefined) {
      await rename(fresh, target)
      return
    }
    await rename(target, old)
    try {
      await rename(fresh, target)
    } catch (error) {
      await rename(old, target)
      throw error
    }
    for (const entry of kept) await rename(join(old, entry), join(target, entry))
    await rm(old, { recursive: true, force: true })
  } catch (error) {
    if (firstMade !== undefined) await rm(firstMade, { recursive: true, force: true })
    throw error
  }
}

/** `ENOENT` and the like; undefined for what is no error of the system. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
