import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../../common/input-error.js'
import { type LibertyLibrary, readLiberty } from '../../synth/index.js'

/** What the study maps to. */
export interface StudyLibrary {
  readonly name: string
  /** Absent for generic gates. */
  readonly liberty?: LibertyLibrary
}

/** Folders of `$ROMULUS_SHARED/liberty`, each with one Liberty file. */
const sharedLibraries = ['asap7', 'ihp-sg13g2', 'sky130hd']

/** The libraries of `$ROMULUS_SHARED` that are there, as `name=file`. */
export function sharedLiberty(): readonly string[] {
  const shared = process.env.ROMULUS_SHARED
  if (shared === undefined) return []
  return sharedLibraries.flatMap((name) => {
    const folder = join(shared, 'liberty', name)
    const file = existsSync(folder) && readdirSync(folder).find((entry) => entry.endsWith('.lib'))
    return file ? [`${name}=${join(folder, file)}`] : []
  })
}

/**
 * Generic gates first, then Liberty files.
 *
 * @param given `name=file`
 * @throws InputError for another form, a name twice, and a file that cannot be used
 */
export function studyLibraries(given: readonly string[]): readonly StudyLibrary[] {
  const libraries: StudyLibrary[] = [{ name: 'generic' }]
  for (const text of given) {
    const [, name, file] = /^([\w.-]+)=(.+)$/.exec(text) ?? []
    if (name === undefined || file === undefined) {
      throw new InputError(`${JSON.stringify(text)} is no NAME=FILE`, { field: '--liberty' })
    }
    if (libraries.some((library) => library.name === name)) {
      throw new InputError(`there are two libraries ${name}`, { field: '--liberty' })
    }
    libraries.push({ name, liberty: readLiberty(file) })
  }
  return libraries
}
