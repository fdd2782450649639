import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { InputError } from '../common/input-error.js'
import type { EmittedDesign, EmittedFile } from './emitted-design.js'
import { fileList, fuseSocCore } from './file-list.js'
import { manifest } from './manifest.js'
import { type ClockConstraint, sdc } from './sdc.js'

export interface WriteOptions {
  /** Writes `<top>.sdc` with these. */
  readonly clocks?: readonly ClockConstraint[]
}

const manifestSuffix = '.manifest.json'

/** The design's files and the ones for other tools: `.f`, `.core`, `.sdc` and the manifest. */
export function designFiles(design: EmittedDesign, options: WriteOptions = {}): EmittedFile[] {
  const { top } = design
  return [
    ...design.files,
    { path: `${top}.f`, text: fileList(design) },
    { path: `${top}.core`, text: fuseSocCore(design) },
    ...(options.clocks === undefined
      ? []
      : [{ path: `${top}.sdc`, text: sdc(design, { clocks: options.clocks }) }]),
    { path: `${top}${manifestSuffix}`, text: manifest(design) },
  ]
}

/**
 * Writes {@link designFiles} into a directory: all of them or none. An earlier design in the directory is
 * replaced; anything else in it is left alone.
 *
 * @throws InputError when the directory holds something else or cannot be written
 */
export async function writeDesign(
  design: EmittedDesign,
  directory: string,
  options: WriteOptions = {},
): Promise<void> {
  const files = designFiles(design, options)
  const target = resolve(directory)
  const token = randomBytes(6).toString('hex')
  const fresh = join(dirname(target), `.${basename(target)}.${token}.new`)
  const old = join(dirname(target), `.${basename(target)}.${token}.old`)
  let firstMade: string | undefined
  try {
    const replaces = await holdsDesign(target, directory)
    firstMade = await mkdir(fresh, { recursive: true })
    for (const { path, text } of files) {
      const file = join(fresh, path)
      if (path.includes('/')) await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    if (replaces) await rename(target, old)
    try {
      await rename(fresh, target)
    } catch (error) {
      if (replaces) await rename(old, target)
      throw error
    }
    if (replaces) await rm(old, { recursive: true, force: true })
  } catch (error) {
    if (firstMade !== undefined) await rm(firstMade, { recursive: true, force: true })
    throw inputError(error, directory)
  }
}

/** Whether an earlier design stands in the way. */
async function holdsDesign(target: string, directory: string): Promise<boolean> {
  let entries: string[]
  try {
    entries = await readdir(target)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
  if (entries.length > 0 && !entries.some((entry) => entry.endsWith(manifestSuffix))) {
    const hint = 'choose an empty or new directory'
    throw new InputError('the directory holds files of something else', { file: directory }, hint)
  }
  return true
}

const explanations: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'part of the path is a file, not a directory',
  EFBIG: 'a file would be too large',
  ENAMETOOLONG: 'the path is too long',
}

function inputError(error: unknown, directory: string): unknown {
  const explanation = explanations[codeOf(error) ?? '']
  if (explanation === undefined) return error
  return new InputError(`cannot write the design: ${explanation}`, { file: directory })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
