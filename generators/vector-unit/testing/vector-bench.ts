import { openModule } from '../../testing/open-embedded.js'
import type { VectorUnitContents } from '../contents.js'
import { type VectorSweep, vectorSweeps } from '../operations.js'
import type { VectorUnitParameters } from '../parameters.js'
import { vectorTiming } from '../timing.js'
import { vectorRow } from '../vector-row.js'

const float = new Float32Array(1)
const pattern = new Uint32Array(float.buffer)

export function patternsOf(numbers: ArrayLike<number>): number[] {
  return Array.from(numbers, (number) => {
    float[0] = number
    return pattern[0]!
  })
}

export interface TestSweep {
  readonly sweep: VectorSweep
  readonly count: number
  readonly interval?: number
  readonly source?: number
  readonly table?: number
  readonly position?: number
  readonly token?: number
}

/** A beat that came out. */
export interface OutputBeat {
  readonly cycle: number
  readonly data: readonly number[]
}

/** A vector unit whose inputs are planned by cycle, and what it gave. */
export class VectorBench {
  readonly outputs = {
    query: [] as OutputBeat[],
    key: [] as OutputBeat[],
    value: [] as OutputBeat[],
    logit: [] as OutputBeat[],
    token: [] as OutputBeat[],
  }
  readonly #simulation
  readonly #plan = new Map<number, (() => void)[]>()
  #cycle = 0

  constructor(
    private readonly parameters: VectorUnitParameters,
    contents: readonly VectorUnitContents[],
  ) {
    this.#simulation = openModule(vectorRow(parameters, contents))
  }

  get cycle(): number {
    return this.#cycle
  }

  /** Numbers that arrive as results, a tick every `interval` cycles; gives the cycle of each tick. */
  results(first: number, base: number, numbers: Float32Array, interval = 1): number[] {
    const { results } = this.parameters
    const patterns = patternsOf(numbers)
    this.#at(first - 1, () => {
      this.#simulation.poke('result_start_i', true)
      this.#simulation.poke('result_base_i', base)
    })
    return Array.from({ length: Math.ceil(numbers.length / results) }, (_, tick) => {
      const cycle = first + tick * interval
      this.#at(cycle, () => {
        const part = Array.from({ length: results }, (_, i) => patterns[tick * results + i] ?? 0)
        this.#simulation.poke('result_valid_i', true)
        this.#simulation.poke('results_i', part)
      })
      return cycle
    })
  }

  /** Starts a sweep whose first beat is issued in a cycle; gives the cycle of each beat's issue. */
  sweep(firstIssue: number, sweep: TestSweep): number[] {
    const { interval = 1, count } = sweep
    this.#at(firstIssue - vectorTiming(this.parameters).issue, () => {
      this.#simulation.poke('start_i', true)
      this.#simulation.poke('op_i', vectorSweeps.indexOf(sweep.sweep))
      this.#simulation.poke('count_i', count)
      this.#simulation.poke('interval_i', interval)
      this.#simulation.poke('source_i', sweep.source ?? 0)
      this.#simulation.poke('table_i', sweep.table ?? 0)
      this.#simulation.poke('position_i', sweep.position ?? 0)
      this.#simulation.poke('token_i', sweep.token ?? 0)
    })
    return Array.from({ length: count }, (_, beat) => firstIssue + beat * interval)
  }

  /** Beats from attention, one a cycle. */
  mix(first: number, numbers: Float32Array): number[] {
    const { vectorLanes } = this.parameters
    const patterns = patternsOf(numbers)
    const count = numbers.length / vectorLanes
    return Array.from({ length: count }, (_, beat) => {
      this.#at(first + beat, () => {
        const data = patterns.slice(beat * vectorLanes, (beat + 1) * vectorLanes)
        this.#simulation.poke('mix_valid_i', true)
        this.#simulation.poke('mix_last_i', beat === count - 1)
        this.#simulation.poke('mix_data_i', data)
      })
      return first + beat
    })
  }

  /** Runs up to a cycle. */
  runTo(cycle: number): void {
    while (this.#cycle < cycle) {
      const simulation = this.#simulation
      for (const strobe of [
        'result_start_i',
        'result_valid_i',
        'start_i',
        'mix_valid_i',
      ] as const) {
        simulation.poke(strobe, false)
      }
      for (const poke of this.#plan.get(this.#cycle) ?? []) poke()
      this.#plan.delete(this.#cycle)
      this.#observe()
      simulation.step()
      this.#cycle++
    }
  }

  /**
   * The groups of a bank, read one after the other; what is read first, a cycle before its address may stand, is
   * `early`.
   */
  activations(bank: number, columns: number, readable: number) {
    const { group, activationLanes } = this.parameters
    const groups = Math.ceil(columns / group)
    const simulation = this.#simulation
    const read = (g: number, beat: number) => {
      simulation.poke('activation_bank_i', bank === 1)
      simulation.poke('sum_bank_i', bank === 1)
      simulation.poke('exponent_bank_i', bank === 1)
      simulation.poke('sum_address_i', g)
      simulation.poke('exponent_address_i', g)
      simulation.poke('activation_address_i', beat)
      this.runTo(this.#cycle + 1)
      return {
        sum: -(simulation.peek('negated_sum_o') as number[])[0]! || 0,
        exponent: (simulation.peek('exponent_o') as number[])[0]! - 127,
        mantissas: [...(simulation.peek('activation_o') as number[])],
      }
    }
    this.runTo(readable - 1)
    const early = read(groups - 1, 0)
    const last = read(groups - 1, 0)
    const all = Array.from({ length: groups }, (_, g) => {
      const size = Math.min(group, columns - g * group)
      const beats = Array.from({ length: Math.ceil(size / activationLanes) }, (_, beat) =>
        read(g, (g * group) / activationLanes + beat),
      )
      return {
        mantissas: beats.flatMap(({ mantissas }) => mantissas),
        exponent: beats[0]!.exponent,
        sum: beats[0]!.sum,
      }
    })
    return { early, last, all }
  }

  /** The bank that is written next. */
  get bank(): number {
    return this.#simulation.peek('align_bank_o') ? 1 : 0
  }

  #at(cycle: number, poke: () => void): void {
    if (cycle < this.#cycle) throw new RangeError(`cycle ${cycle} is over`)
    this.#plan.set(cycle, [...(this.#plan.get(cycle) ?? []), poke])
  }

  #observe(): void {
    const simulation = this.#simulation
    const cycle = this.#cycle
    for (const name of ['query', 'key', 'value'] as const) {
      if (!simulation.peek(`${name}_valid_o`)) continue
      const data = [...(simulation.peek('head_data_o') as number[])]
      this.outputs[name].push({ cycle, data })
    }
    if (simulation.peek('logit_valid_o')) {
      this.outputs.logit.push({ cycle, data: [...(simulation.peek('logits_o') as number[])] })
    }
    if (simulation.peek('token_valid_o')) {
      this.outputs.token.push({ cycle, data: [simulation.peek('token_o')] })
    }
  }
}
