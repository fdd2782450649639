import { availableParallelism } from 'node:os'
import { logicPolicyNames } from '../../../generators/rom/counts/index.js'
import { parseRomPolicy, type RomPolicy } from '../../../generators/rom/index.js'
import { InputError } from '../../common/input-error.js'
import type { RomContents } from '../../hdl/index.js'
import { abcScript, openCache, openYosys, type ResultCache, type Yosys } from '../../synth/index.js'
import type { Progress } from '../progress.js'
import { measureRom } from '../rom-study/measure-rom.js'
import { costsOf, estimateRom, type RomEstimate, smallestRom } from './rom-costs.js'
import { type AutoRequest, optionOf, type RomLimit } from './rom-request.js'

/** A ROM of a design, under the name that people know it by. */
export interface RomBank {
  readonly name: string
  readonly contents: RomContents
}

/** The policy for some contents, and what they become in it. */
export interface RomChoice {
  /** The first bank that holds the contents. */
  readonly bank: string
  /** Banks that hold them. */
  readonly banks: number
  readonly words: number
  readonly width: number
  /** SHA-256 of the contents. */
  readonly hash: string
  readonly policy: string
  /** Transistors of generic gates, or square micrometres. */
  readonly area: number
  /** Generic gates, or picoseconds, on the longest path; at most, when it is estimated. */
  readonly path: number
}

/** How the ROMs of a design were chosen. */
export interface RomChoices {
  readonly basis: 'estimated' | 'measured'
  readonly library: string
  readonly areaUnit: 'transistors' | 'um2'
  readonly pathUnit: RomLimit['unit']
  readonly roms: readonly RomChoice[]
}

export interface ChosenRoms {
  readonly policy: RomPolicy
  readonly choices: RomChoices
}

/** How ROMs are mapped. */
export interface ChoiceTools {
  readonly openSession: () => Yosys
  readonly cache: ResultCache
  /** Sessions at a time. */
  readonly jobs: number
  /** Seconds of a run of Yosys. */
  readonly limit: number
}

/** Sessions of an engine, and the results that `romulus rom-study` keeps too. */
export function choiceTools(engine: 'wasm' | 'native'): ChoiceTools {
  return {
    openSession: () => openYosys({ engine }),
    cache: openCache('rom-study'),
    jobs: availableParallelism(),
    limit: 600,
  }
}

/**
 * Chooses the smallest construction within the limit for each distinct contents; placeholders are left to be macros.
 *
 * @throws InputError when none keeps the limit for some bank, and for a library without costs where they decide
 */
export async function chooseRoms(
  banks: readonly RomBank[],
  request: AutoRequest,
  tools: ChoiceTools,
  progress: Progress,
): Promise<ChosenRoms> {
  const distinct = distinctBanks(banks)
  const found =
    request.basis === 'model'
      ? await progress.step('choosing ROMs', () =>
          distinct.map(([bank]) => chooseByModel(bank, request)),
        )
      : await progress.step('choosing ROMs', (update) =>
          chooseAllBySynthesis(
            distinct.map(([bank]) => bank),
            request,
            tools,
            update,
          ),
        )
  const roms = distinct.map(([{ name, contents }, count], i): RomChoice => {
    const { depth: words, width, hash } = contents
    return { bank: name, banks: count, words, width, hash, ...found[i]! }
  })
  const { library, basis } = request
  return {
    policy: {
      kind: 'chosen',
      policies: new Map(roms.map(({ hash, policy }) => [hash, parseRomPolicy(policy)])),
    },
    choices: {
      basis: basis === 'model' ? 'estimated' : 'measured',
      library: library?.name ?? 'generic',
      areaUnit: library === undefined ? 'transistors' : 'um2',
      pathUnit: library === undefined ? 'gates' : 'ps',
      roms,
    },
  }
}

/** A bank for each contents, with the number of banks that hold them. */
function distinctBanks(banks: readonly RomBank[]): [RomBank, number][] {
  const byHash = new Map<string, [RomBank, number]>()
  for (const bank of banks) {
    if (bank.contents.isPlaceholder) continue
    const known = byHash.get(bank.contents.hash)
    if (known === undefined) byHash.set(bank.contents.hash, [bank, 1])
    else known[1]++
  }
  return [...byHash.values()]
}

/** @throws InputError for a library without costs, and when no policy keeps the limit */
export function chooseByModel(bank: RomBank, { library, limit, costs }: AutoRequest): RomEstimate {
  const libraryCosts = costsOf(costs, library)
  if (libraryCosts === undefined) {
    throw new InputError(
      'there are no costs of ROMs in this library',
      { file: library!.file },
      '--rom auto:synth, or --rom-costs FILE of romulus rom-study --calibrate FILE',
    )
  }
  const estimates = estimateRom(libraryCosts, bank.contents, logicPolicyNames)
  return smallestRom(within(limit, estimates)) ?? failed(bank, limit!, estimates, 'an estimated')
}

function within<T extends { readonly path: number }>(
  limit: RomLimit | undefined,
  roms: readonly T[],
): readonly T[] {
  return limit === undefined ? roms : roms.filter(({ path }) => path <= limit.most)
}

function failed(
  { name, contents }: RomBank,
  { most, unit }: RomLimit,
  roms: readonly RomEstimate[],
  basis: string,
): never {
  const fastest = roms.reduce((a, b) => (b.path < a.path ? b : a))
  const amount = (path: number) =>
    unit === 'gates' ? `${Math.ceil(path)} gates` : `${Math.ceil(path)} ps`
  throw new InputError(
    `no construction of ${name} (${contents.depth} x ${contents.width}) has a longest path of ${amount(most)}; ` +
      `${fastest.policy} has ${basis} ${amount(fastest.path)}, the least`,
    { field: optionOf[unit] },
  )
}

/** Candidates of a bank that are measured, of those that the costs rank. */
const measuredCandidates = 3

async function chooseAllBySynthesis(
  banks: readonly RomBank[],
  request: AutoRequest,
  { openSession, cache, jobs, limit }: ChoiceTools,
  update: (detail: string) => void,
): Promise<RomEstimate[]> {
  const found = new Map<RomBank, RomEstimate>()
  const queue = [...banks]
  const sessions = Array.from({ length: Math.min(jobs, banks.length) }, openSession)
  const { library } = request
  const target =
    library === undefined ? { name: 'generic' } : { name: library.name, liberty: library }
  try {
    await Promise.all(
      sessions.map(async (yosys) => {
        for (let bank = queue.shift(); bank !== undefined; bank = queue.shift()) {
          const { name, contents } = bank
          const measure = async (policy: string): Promise<RomEstimate | undefined> => {
            update(`${found.size} of ${banks.length} (${name}, ${policy})`)
            const options = { yosys, cache, abcScript, limit, onPoint: () => {} }
            const [figures] = await measureRom(contents, policy, [target], options)
            if (figures === undefined) return undefined
            if (!figures.proved) throw new Error(`the netlist of ${name} in ${policy} is wrong`)
            return { policy, area: figures.area, path: figures.levels ?? figures.delay ?? 0 }
          }
          found.set(bank, await chooseBySynthesis(bank, request, measure, limit))
        }
      }),
    )
  } finally {
    for (const session of sessions) session.close()
  }
  return banks.map((bank) => found.get(bank)!)
}

/**
 * Measures the candidates that the costs rank first, and all that have no costs; the others, the fastest first, only when
 * none of those keeps the limit.
 */
async function chooseBySynthesis(
  bank: RomBank,
  { library, limit, costs }: AutoRequest,
  measure: (policy: string) => Promise<RomEstimate | undefined>,
  seconds: number,
): Promise<RomEstimate> {
  const libraryCosts = costsOf(costs, library)
  const estimates =
    libraryCosts === undefined ? [] : estimateRom(libraryCosts, bank.contents, logicPolicyNames)
  const fitting = within(limit, estimates)
  const ranked = [...fitting].sort((a, b) => a.area - b.area).slice(0, measuredCandidates)
  const first = new Set([
    ...logicPolicyNames.filter((name) => !estimates.some(({ policy }) => policy === name)),
    ...ranked.map(({ policy }) => policy),
  ])
  const measured: RomEstimate[] = []
  for (const policy of logicPolicyNames.filter((name) => first.has(name))) {
    const rom = await measure(policy)
    if (rom !== undefined) measured.push(rom)
  }
  const others = estimates
    .filter(({ policy }) => !first.has(policy))
    .sort((a, b) => a.path - b.path)
  for (const { policy } of others) {
    const best = smallestRom(within(limit, measured))
    if (best !== undefined) return best
    const rom = await measure(policy)
    if (rom !== undefined) measured.push(rom)
  }
  const best = smallestRom(within(limit, measured))
  if (best !== undefined) return best
  if (limit !== undefined && measured.length > 0) failed(bank, limit, measured, 'a measured')
  const { depth, width } = bank.contents
  throw new InputError(
    `no construction of ${bank.name} (${depth} x ${width}) was mapped within ${seconds} s`,
    { field: '--rom' },
    'auto estimates',
  )
}
