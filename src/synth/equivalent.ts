import { type EmittedDesign, filesFor } from '../emit/index.js'
import { readDesign } from './read-design.js'
import type { Yosys, YosysFiles } from './yosys.js'
import { YosysError, YosysTimeout } from './yosys-error.js'

/** Values of ports as unsigned numbers, by name. */
export type PortValues = Readonly<Record<string, bigint>>

/** Inputs on which two designs differ, and what each gives. */
export interface Counterexample {
  readonly inputs: PortValues
  readonly first: PortValues
  readonly second: PortValues
}

/** What a proof of equality found. */
export type Equivalence =
  | { readonly verdict: 'equal' }
  | { readonly verdict: 'different'; readonly counterexample: Counterexample }
  | { readonly verdict: 'inconclusive'; readonly reason: string }

export interface EquivalenceOptions {
  readonly yosys: Yosys
  /** After so long the answer is `inconclusive`; ten minutes by default. */
  readonly timeoutMilliseconds?: number
  /** Steps of the induction for designs with registers; 4 by default. */
  readonly inductionSteps?: number
}

/** The part of an emitted design that a proof reads. */
export type ProvableDesign = Pick<EmittedDesign, 'top' | 'files'>

const tenMinutes = 600_000

/**
 * Proves with Yosys that two designs with the same ports are the same function. Combinational designs are
 * decided by SAT on their miter, with a counterexample when they differ. Designs with registers are proved
 * by induction over registers of equal names, from any state; what that does not prove is `inconclusive`.
 *
 * @throws YosysError when a design cannot be read or the ports differ
 */
export async function equivalent(
  first: ProvableDesign,
  second: ProvableDesign,
  options: EquivalenceOptions,
): Promise<Equivalence> {
  const proof = new Proof(first, second, options)
  return (await proof.isCombinational()) ? proof.bySatisfiability() : proof.byInduction()
}

class Proof {
  readonly #yosys: Yosys
  readonly #files: YosysFiles
  readonly #load: readonly string[]
  readonly #timeoutMilliseconds: number
  readonly #inductionSteps: number

  constructor(
    first: ProvableDesign,
    second: ProvableDesign,
    { yosys, timeoutMilliseconds = tenMinutes, inductionSteps = 4 }: EquivalenceOptions,
  ) {
    const sides = [loaded(first, 'first'), loaded(second, 'second')]
    this.#yosys = yosys
    this.#files = { ...sides[0]!.files, ...sides[1]!.files }
    this.#load = [
      ...sides.flatMap(({ commands }) => commands),
      'design -copy-from first -as first first',
      'design -copy-from second -as second second',
    ]
    this.#timeoutMilliseconds = timeoutMilliseconds
    this.#inductionSteps = inductionSteps
  }

  async isCombinational(): Promise<boolean> {
    const count = 'tee -q -o registers.txt select -count t:$*ff* t:$mem* t:$_*FF*'
    const { files } = await this.#yosys.run([...this.#load, count], this.#files, {
      outputs: ['registers.txt'],
    })
    return /^0 objects/m.test(files['registers.txt'] ?? '')
  }

  async bySatisfiability(): Promise<Equivalence> {
    const script = [
      ...this.#load,
      'miter -equiv -flatten -make_outputs first second miter',
      'hierarchy -top miter',
      'sat -prove trigger 0 -show-inputs -show-outputs miter',
    ]
    return this.#within(async () => {
      const { log } = await this.#yosys.run(script, this.#files, {
        timeoutMilliseconds: this.#timeoutMilliseconds,
      })
      if (log.includes('no model found: SUCCESS')) return { verdict: 'equal' }
      if (log.includes('model found: FAIL')) {
        return { verdict: 'different', counterexample: parseModel(log) }
      }
      return { verdict: 'inconclusive', reason: 'the solver gave no answer' }
    })
  }

  async byInduction(): Promise<Equivalence> {
    const script = [
      ...this.#load,
      'equiv_make first second both',
      'hierarchy -top both',
      'async2sync',
      'opt_clean',
      'equiv_simple -undef',
      `equiv_induct -undef -seq ${this.#inductionSteps}`,
      'equiv_status',
    ]
    return this.#within(async () => {
      const { log } = await this.#yosys.run(script, this.#files, {
        timeoutMilliseconds: this.#timeoutMilliseconds,
      })
      if (log.includes('Equivalence successfully proven!')) return { verdict: 'equal' }
      const unproven = [...log.matchAll(/Unproven \$equiv .*?: (\S+)/g)].map((match) => match[1])
      const names = [...new Set(unproven)].slice(0, 3).join(', ')
      return { verdict: 'inconclusive', reason: `not proved by induction: ${names}` }
    })
  }

  async #within(prove: () => Promise<Equivalence>): Promise<Equivalence> {
    try {
      return await prove()
    } catch (error) {
      if (error instanceof YosysTimeout) return { verdict: 'inconclusive', reason: error.message }
      throw error
    }
  }
}

/** Commands that read a design, make it one module named `side`, and put it aside under that name. */
function loaded({ top, files }: ProvableDesign, side: string) {
  const sources = filesFor({ files } as EmittedDesign, 'synthesis')
  const read = readDesign(sources, top, side)
  return {
    files: read.files,
    commands: [
      ...read.commands,
      'proc',
      'flatten',
      'opt_expr',
      'memory -nordff',
      'opt_clean',
      `rename -top ${side}`,
      `design -stash ${side}`,
    ],
  }
}

/** Reads the table of signal values that `sat` prints. */
function parseModel(log: string): Counterexample {
  const inputs: Record<string, bigint> = {}
  const first: Record<string, bigint> = {}
  const second: Record<string, bigint> = {}
  for (const [, name, bits] of log.matchAll(/^\s+\\(\w+)\s+\S+\s+\S+\s+([01x]+)\s*$/gm)) {
    const value = BigInt(`0b${bits!.replaceAll('x', '0')}`)
    const [, side, port] = /^(in|gold|gate)_(.+)$/.exec(name!) ?? []
    if (side === 'in') inputs[port!] = value
    else if (side === 'gold') first[port!] = value
    else if (side === 'gate') second[port!] = value
  }
  if (Object.keys(first).length === 0) throw new YosysError('Yosys printed no counterexample', log)
  return { inputs, first, second }
}
