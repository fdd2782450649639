import { existsSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { logicPolicyNames } from '../../../generators/rom/counts/index.js'
import { InputError } from '../../common/input-error.js'
import type { YosysEngine } from '../../synth/index.js'
import { bundledModel } from '../chip/bundled-model.js'
import { calibratedCosts } from '../rom-choice/calibrated-costs.js'
import { readRomCosts } from '../rom-choice/rom-costs.js'
import type { Bank, BankSource } from './banks.js'
import { drawnSources } from './drawn-banks.js'
import { sharedLiberty, studyLibraries } from './libraries.js'
import { modelSources } from './model-banks.js'
import type { RomStudy } from './study.js'

/** Bits of a word, and words. */
type Shape = readonly [width: number, depth: number]

const grids: Readonly<Record<'small' | 'full' | 'calibration' | 'check', readonly Shape[]>> = {
  small: shapes([64], [128, 512]),
  full: shapes([32, 64, 128, 256], [128, 256, 512, 1024]),
  /** What costs are fitted to. */
  calibration: [...shapes([16, 64], [32, 128]), [32, 512]],
  /** Other shapes, to try the costs on. */
  check: [
    [32, 64],
    [32, 200],
    [64, 256],
  ],
}

function shapes(widths: readonly number[], depths: readonly number[]): Shape[] {
  return widths.flatMap((width) => depths.map((depth): Shape => [width, depth]))
}

export type StudyGrid = keyof typeof grids
export const studyGrids = Object.keys(grids) as readonly StudyGrid[]

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
  /** File of costs by which `auto` would choose; the built-in ones when there is none. */
  readonly romCosts?: string
}

/** @throws InputError for names that there are not, and for banks that the weights do not fill */
export async function romStudyOf(request: RomStudyRequest): Promise<RomStudy> {
  const { liberty, yosys: engine, abcScript, jobs, limit } = request
  const sources = bankSources(request)
  const names = request.banks ?? defaultBanks(sources)
  const chosen = named('--banks', sources, names)
  const constructions = named(
    '--constructions',
    logicPolicyNames.map((name) => ({ name })),
    request.constructions ?? logicPolicyNames,
  ).map(({ name }) => name)
  const libraries = studyLibraries(liberty.length > 0 ? liberty : sharedLiberty())
  const banks: Bank[] = []
  for (const source of chosen) {
    for (const [width, depth] of shapesOf(request)) {
      banks.push({ source, contents: await source.contents(width, depth) })
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
    costs: request.romCosts === undefined ? calibratedCosts : readRomCosts(request.romCosts),
  }
}

/** Widths and depths that are given, each with all of the grid where only one is. */
function shapesOf({ grid, widths, depths }: RomStudyRequest): readonly Shape[] {
  if (widths === undefined && depths === undefined) return grids[grid]
  const all = (index: 0 | 1) => grids[grid].map((shape) => shape[index])
  return shapes([...new Set(widths ?? all(0))], [...new Set(depths ?? all(1))])
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
