import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError } from '../common/input-error.js'
import { replaceFolder, systemErrorCode } from '../common/replace-folder.js'
import type { EmittedDesign, EmittedFile } from './emitted-design.js'
import { fileList, fuseSocCore } from './file-list.js'
import { manifest } from './manifest.js'
import { type ClockConstraint, sdc } from './sdc.js'

export interface WriteOptions {
  /** Writes `<top>.sdc` with these. */
  readonly clocks?: readonly ClockConstraint[]
  /** More of the manifest, by name. */
  readonly manifest?: Readonly<Record<string, unknown>>
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
    { path: `${top}${manifestSuffix}`, text: manifest(design, options.manifest) },
  ]
}

/**
 * Writes {@link designFiles} into a directory: all of them or none. An earlier design in the directory is
 * replaced; other files beside it, builds of simulators for instance, stay.
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
  try {
    const foreign = await foreignEntries(target, directory)
    const clash = files.map(({ path }) => topEntry(path)).find((name) => foreign?.includes(name))
    if (clash !== undefined) {
      throw new InputError(`the design would overwrite ${clash}`, { file: directory })
    }
    const contents = files.map(({ path, text }) => ({ path, contents: text }))
    await replaceFolder(target, contents, foreign)
  } catch (error) {
    throw inputError(error, directory)
  }
}

/** What a directory holds beside an earlier design; undefined when there is no directory. */
async function foreignEntries(target: string, directory: string): Promise<string[] | undefined> {
  let entries: string[]
  try {
    entries = await readdir(target)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
  const manifests = entries.filter((entry) => entry.endsWith(manifestSuffix))
  if (entries.length > 0 && manifests.length === 0) {
    const hint = 'choose an empty or new directory'
    throw new InputError('the directory holds files of something else', { file: directory }, hint)
  }
  const written = new Set<string>()
  for (const entry of manifests) {
    const top = entry.slice(0, -manifestSuffix.length)
    for (const suffix of ['.f', '.core', '.sdc', manifestSuffix]) written.add(top + suffix)
    for (const path of await filesOf(join(target, entry))) written.add(topEntry(path))
  }
  return entries.filter((entry) => !written.has(entry))
}

async function filesOf(manifestFile: string): Promise<string[]> {
  try {
    const { files } = JSON.parse(await readFile(manifestFile, 'utf8')) as {
      readonly files: readonly { readonly path: string }[]
    }
    return files.map(({ path }) => path)
  } catch (error) {
    if (systemErrorCode(error) !== undefined) throw error
    throw new InputError('the file is no manifest of a design', { file: manifestFile })
  }
}

function topEntry(path: string): string {
  return path.split('/')[0]!
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
  const explanation = explanations[systemErrorCode(error) ?? '']
  if (explanation === undefined) return error
  return new InputError(`cannot write the design: ${explanation}`, { file: directory })
}
