import { existsSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { romPolicyNames } from '../../../generators/rom/index.js'
import { InputError } from '../../common/input-error.js'
import type { YosysEngine } from '../../synth/index.js'
import { bundledModel } from '../chip/bundled-model.js'
import type { Bank, BankSource } from './banks.js'
import { drawnSources } from './drawn-banks.js'
import { sharedLiberty, studyLibraries } from './libraries.js'
import { modelSources } from './model-banks.js'
import type { RomStudy } from './study.js'

const grids = {
  small: { widths: [64], depths: [128, 512] },
  full: { widths: [32, 64, 128, 256], depths: [128, 256, 512, 1024] },
} as const

export type StudyGrid = keyof typeof grids
export const studyGrids = Object.keys(grids) as readonly StudyGrid[]

/** Every ROM policy that becomes logic of its own: an array becomes a table, a macro nothing. */
export const studyConstructions: readonly string[] = romPolicyNames.filter(
  (name) => name !== 'readmemh' && name !== 'macro',
)

/** What is asked of a study; lists that are absent are those of the grid, or all. */
export interface RomStudyRequest {
  readonly grid: StudyGrid
  readonly widths?: readonly number[]
  readonly depths?: readonly number[]
  readonly banks?: readonly string[]
  readonly constructions?: readonly string[]
  readonly libraries?: readonly string[]
  /** `name=file`; those of `$ROMULUS_SHARED` when there are none. */
  readonly liberty: readonly string[]
  /** Checkpoint of real weights, beside the bundled model. */
  readonly model?: string
  readonly seed: number
  readonly yosys: YosysEngine
  readonly abcScript: string
  readonly jobs: number
  readonly limit: number
}

/** @throws InputError for names that there are not, and for banks that the weights do not fill */
export async function romStudyOf(request: RomStudyRequest): Promise<RomStudy> {
  const { grid, liberty, yosys: engine, abcScript, jobs, limit } = request
  const { widths = grids[grid].widths, depths = grids[grid].depths } = request
  const sources = bankSources(request)
  const names = request.banks ?? defaultBanks(sources)
  const chosen = named('--banks', sources, names)
  const constructions = named(
    '--constructions',
    studyConstructions.map((name) => ({ name })),
    request.constructions ?? studyConstructions,
  ).map(({ name }) => name)
  const libraries = studyLibraries(liberty.length > 0 ? liberty : sharedLiberty())
  const banks: Bank[] = []
  for (const source of chosen) {
    for (const width of new Set(widths)) {
      for (const depth of new Set(depths)) {
        banks.push({ source, contents: await source.contents(width, depth) })
      }
    }
  }
  return {
    banks,
    constructions,
    libraries: named('--libraries', libraries, request.libraries ?? libraries.map(nameOf)),
    engine,
    abcScript,
    jobs,
    limit,
  }
}

function bankSources({ model = sharedModel(), seed }: RomStudyRequest): readonly BankSource[] {
  return [
    ...(model === undefined ? [] : modelSources(basename(model, extname(model)), model)),
    ...modelSources(bundledName, bundledModel()),
    ...drawnSources(seed),
  ]
}

const bundledName = 'bundled'

/** Of the bundled model INT4 alone, when there is another model. */
function defaultBanks(sources: readonly BankSource[]): string[] {
  const hasModel = !sources[0]!.name.startsWith(bundledName)
  return sources.map(nameOf).filter((name) => !(hasModel && /^bundled-(?!int4)/.test(name)))
}

function sharedModel(): string | undefined {
  const shared = process.env.ROMULUS_SHARED
  if (shared === undefined) return undefined
  const file = join(shared, 'models', 'stories260K', 'stories260K.bin')
  return existsSync(file) ? file : undefined
}

/** The values of these names, in the order of the names. */
function named<T extends { readonly name: string }>(
  field: string,
  values: readonly T[],
  names: readonly string[],
): T[] {
  return [...new Set(names)].map((name) => {
    const found = values.find((value) => value.name === name)
    if (found !== undefined) return found
    const known = values.map(nameOf).join(', ')
    throw new InputError(`there is no ${JSON.stringify(name)}`, { field }, `some of ${known}`)
  })
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}
