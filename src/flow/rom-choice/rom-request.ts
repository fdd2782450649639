import { parseRomPolicy, type RomPolicy, romPolicyNames } from '../../../generators/rom/index.js'
import { InputError } from '../../common/input-error.js'
import { type LibertyLibrary, readLiberty } from '../../synth/index.js'
import { calibratedCosts } from './calibrated-costs.js'
import { type RomCosts, readRomCosts } from './rom-costs.js'

/** How `auto` learns what a ROM becomes. */
export type RomBasis = 'model' | 'synthesis'

/** The most that a ROM's longest path may have. */
export interface RomLimit {
  readonly most: number
  readonly unit: 'gates' | 'ps'
}

/** A policy for each ROM, to be chosen. */
export interface AutoRequest {
  readonly basis: RomBasis
  /** Generic gates when it is absent. */
  readonly library?: LibertyLibrary
  readonly limit?: RomLimit
  readonly costs: RomCosts
}

/** The options that limit the longest path, by its unit. */
export const optionOf = { gates: '--rom-levels', ps: '--rom-delay' } as const

/** Settings that say how ROMs are made. */
export interface RomSettings {
  /** A policy, `auto` or `auto:synth`. */
  readonly rom: string
  /** Most gates of a ROM's longest path. */
  readonly romLevels?: number | undefined
  /** Most picoseconds of a ROM's longest path. */
  readonly romDelay?: number | undefined
  /** Liberty file of the library to choose for. */
  readonly romLiberty?: string | undefined
  /** File of costs, of `romulus rom-study --calibrate`. */
  readonly romCosts?: string | undefined
}

const autoNames: readonly string[] = ['auto', 'auto:synth']

/** For `--help`. */
export const romSettingHelp = [...romPolicyNames, ...autoNames].join(', ')

function isAuto(rom: string): boolean {
  return autoNames.includes(rom)
}

/**
 * The policy as far as it is known without the contents: with `auto` none is chosen yet.
 *
 * @throws InputError for a name that there is not
 */
export function plannedPolicy(rom: string): RomPolicy {
  if (isAuto(rom)) return { kind: 'chosen', policies: new Map() }
  try {
    return parseRomPolicy(rom)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(error.problem, error.location, [error.hint, ...autoNames].join(', '))
  }
}

/**
 * What is to be chosen; undefined when the settings name a policy.
 *
 * @throws InputError for a limit without `auto`, or in another unit than the library's, and for files that cannot be used
 */
export function autoRequest(settings: RomSettings): AutoRequest | undefined {
  const { rom, romLevels, romDelay, romLiberty, romCosts } = settings
  const limit = romLimit(settings)
  if (!isAuto(rom)) {
    if (limit === undefined) return undefined
    const problem = `limits the choice of a policy, not ${rom}`
    throw new InputError(problem, { field: optionOf[limit.unit] }, '--rom auto')
  }
  if (romLiberty === undefined && romDelay !== undefined) {
    throw new InputError(
      'is for a library',
      { field: optionOf.ps },
      `--liberty FILE, or ${optionOf.gates}`,
    )
  }
  if (romLiberty !== undefined && romLevels !== undefined) {
    throw new InputError('is for generic gates', { field: optionOf.gates }, optionOf.ps)
  }
  return {
    basis: rom === 'auto' ? 'model' : 'synthesis',
    ...(romLiberty !== undefined && { library: readLiberty(romLiberty) }),
    ...(limit && { limit }),
    costs: romCosts === undefined ? calibratedCosts : readRomCosts(romCosts),
  }
}

function romLimit({ romLevels, romDelay }: RomSettings): RomLimit | undefined {
  if (romLevels !== undefined) return { most: romLevels, unit: 'gates' }
  if (romDelay !== undefined) return { most: romDelay, unit: 'ps' }
  return undefined
}
