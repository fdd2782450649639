import { type Counterexample, parseCounterexample } from './counterexample.js'
import {
  clocksOf,
  gateLevel,
  opaqueCells,
  type ProvableDesign,
  type Side,
} from './provable-design.js'
import type { RtlilModule } from './rtlil.js'
import { type ResetPort, resetPort, settled } from './settled.js'
import { cutAtState } from './state-cut.js'
import type { Yosys, YosysRun, YosysRunOptions } from './yosys.js'
import { YosysTimeout } from './yosys-error.js'

/** How equality was proved. */
export type ProofMethod =
  /** Both are the same combinational function, or the same between registers of equal names. */
  | 'combinational'
  /** Induction over clock cycles from the state after reset. */
  | 'induction'

/** What a proof of equality found. */
export type Equivalence =
  | { readonly verdict: 'equal'; readonly method: ProofMethod }
  | { readonly verdict: 'different'; readonly counterexample: Counterexample }
  | { readonly verdict: 'inconclusive'; readonly reason: string }

export interface EquivalenceOptions {
  readonly yosys: Yosys
  /** Each of the two methods may take so long; five minutes by default. */
  readonly timeoutMilliseconds?: number
  /** Longest induction, and longest counterexample, in clock cycles; 12 by default. */
  readonly maxCycles?: number
  /**
   * Cycles at the start in which designs with registers may differ; by default 1 when there is a reset,
   * which is asserted then, and else 0.
   */
  readonly settlingCycles?: number
  readonly signal?: AbortSignal
}

const fiveMinutes = 300_000

/**
 * Proves with Yosys that two designs with the same ports are the same function.
 *
 * Registers of equal names are opened, and the combinational functions between them compared: ABC merges
 * what it proves equal inside (`ifraig`), SAT decides the rest. When that does not prove designs with
 * registers equal, induction over clock cycles tries, from all registers at their initial value, zero
 * where there is none, with the reset asserted in the first cycle; a design is different when a run from
 * there shows it.
 *
 * Undefined values count as zero. Asynchronous resets are taken to change between clock edges only.
 *
 * @throws InputError when the ports differ; YosysError when a design cannot be read
 */
export async function equivalent(
  first: ProvableDesign,
  second: ProvableDesign,
  options: EquivalenceOptions,
): Promise<Equivalence> {
  const { yosys, timeoutMilliseconds = fiveMinutes, maxCycles = 12, signal } = options
  const run = { timeoutMilliseconds, ...(signal === undefined ? {} : { signal }) }
  return untilTimeout(async () => {
    const modules = await gateLevel({ first, second }, yosys, run)
    const opaque = [...opaqueCells(modules.first), ...opaqueCells(modules.second)]
    if (opaque.length > 0) {
      return { verdict: 'inconclusive', reason: `contains a black box, ${opaque[0]!.type}` }
    }
    const cut = cutAtState(modules.first, modules.second)
    const combinational = cut.shared + cut.unshared === 0
    const opened = await untilTimeout(() => proveCombinational(cut.texts, yosys, run))
    if (opened.verdict === 'equal' || combinational) return opened
    const resets = resetPorts(first)
    const { settlingCycles = resets.length > 0 ? 1 : 0 } = options
    return untilTimeout(() =>
      proveByInduction(modules, resets, yosys, { ...run, maxCycles, settlingCycles }),
    )
  })
}

async function untilTimeout(prove: () => Promise<Equivalence>): Promise<Equivalence> {
  try {
    return await prove()
  } catch (error) {
    if (!(error instanceof YosysTimeout)) throw error
    return { verdict: 'inconclusive', reason: error.message }
  }
}

const miter = [
  'miter -equiv -flatten -make_outputs first second miter',
  'delete first second',
  'hierarchy -top miter',
]

/** Merges the gates of both sides that ABC proves equal. */
const mergeEqualGates = [
  'techmap',
  'opt_clean',
  'abc -g AND,XOR -script +strash;ifraig;map',
  'opt_clean',
]

async function proveCombinational(
  [first, second]: readonly [string, string],
  yosys: Yosys,
  options: YosysRunOptions,
): Promise<Equivalence> {
  const script = [
    'read_rtlil first.il',
    'read_rtlil second.il',
    // For registers that stay inside.
    'async2sync',
    ...miter,
    ...mergeEqualGates,
    'sat -seq 1 -prove trigger 0 -show-ports miter',
  ]
  const run = await yosys.run(script, { 'first.il': first, 'second.il': second }, options)
  return conclusion(run, 'combinational')
}

const unsettled = { files: {}, commands: [], top: 'miter' }

/** Rounds that merge registers which the merged gates drive alike: so many stages of a pipeline. */
const mergingRounds = 4

async function proveByInduction(
  modules: Readonly<Record<Side, RtlilModule>>,
  resets: readonly ResetPort[],
  yosys: Yosys,
  {
    maxCycles,
    settlingCycles,
    ...options
  }: YosysRunOptions & { readonly maxCycles: number; readonly settlingCycles: number },
): Promise<Equivalence> {
  const clocks = new Set([...clocksOf(modules.first), ...clocksOf(modules.second)])
  if (clocks.size > 1) {
    return {
      verdict: 'inconclusive',
      reason: 'several clocks, and not the same function between registers of equal names',
    }
  }
  const { files, commands, top } =
    settlingCycles === 0 ? unsettled : settled(modules.first, resets, settlingCycles)
  const script = [
    'read_rtlil first.il',
    'read_rtlil second.il',
    'async2sync',
    ...miter,
    ...commands,
    'setundef -init -zero',
    ...Array.from({ length: mergingRounds }, () => [...mergeEqualGates, 'opt_merge']).flat(),
    'opt_clean',
    `sat -tempinduct -prove trigger 0 -maxsteps ${maxCycles} -show-ports ${top}`,
  ]
  const text = ({ lines }: RtlilModule): string => `${lines.join('\n')}\n`
  const inputs = {
    'first.il': text(modules.first),
    'second.il': text(modules.second),
    ...files,
  }
  const found = conclusion(await yosys.run(script, inputs, options), 'induction')
  return found.verdict === 'different'
    ? { ...found, counterexample: resetInFirstCycle(found.counterexample, resets) }
    : found
}

function conclusion({ log }: YosysRun, method: ProofMethod): Equivalence {
  if (/(no model found|Induction step proven): SUCCESS!/.test(log)) {
    return { verdict: 'equal', method }
  }
  if (/model found( for base case)?: FAIL!/.test(log)) {
    return { verdict: 'different', counterexample: parseCounterexample(log) }
  }
  const reason = log.includes('Reached maximum number of time steps')
    ? 'no difference and no proof within the allowed number of cycles'
    : 'the solver gave no answer'
  return { verdict: 'inconclusive', reason }
}

function resetPorts({ ports = [] }: ProvableDesign): ResetPort[] {
  return ports.filter(({ role }) => role === 'reset').map(({ name }) => resetPort(name))
}

/** The counterexample as it was run: with the resets asserted in the first cycle. */
function resetInFirstCycle(
  { steps: [first, ...rest] }: Counterexample,
  resets: readonly ResetPort[],
): Counterexample {
  const asserted = Object.fromEntries(resets.map(({ name, asserted: value }) => [name, value]))
  return { steps: [{ ...first!, inputs: { ...first!.inputs, ...asserted } }, ...rest] }
}
