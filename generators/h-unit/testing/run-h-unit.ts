import { openModule } from '../../testing/open-embedded.js'
import { hUnit } from '../h-unit.js'
import type { HUnitParameters } from '../parameters.js'

/** The heads of a token in one layer: each with `headSize` numbers. */
export interface TokenHeads {
  readonly layer: number
  readonly position: number
  readonly keys: readonly Float32Array[]
  readonly queries: readonly Float32Array[]
  readonly values: readonly Float32Array[]
}

/** Cycles in which things are presented, counted from any common origin. */
export interface TokenSchedule {
  readonly firstKey: number
  readonly firstQuery: number
  readonly firstValue: number
  readonly attendStart: number
}

/** What came out: bit patterns of the mixed vector, and cycles in the schedule's count. */
export interface TokenResult {
  readonly mixed: Uint32Array
  readonly firstMixBeat: number
  readonly lastMixBeat: number
}

/** An H-Unit that takes one token after the other, each with its own schedule. */
export class RunningHUnit {
  readonly #simulation: ReturnType<typeof openHUnit>

  constructor(private readonly parameters: HUnitParameters) {
    this.#simulation = openHUnit(parameters)
  }

  /** @throws Error when the beats come with gaps, or `mix_last_o` and `done_o` not with the last of them */
  run(token: TokenHeads, schedule: TokenSchedule): TokenResult {
    const simulation = this.#simulation
    const { vectorLanes, heads, headSize } = this.parameters
    const beats = (heads * headSize) / vectorLanes
    const arrivals = new Map<number, { name: 'key' | 'query' | 'value'; beat: Float32Array }>()
    const arrive = (
      name: 'key' | 'query' | 'value',
      first: number,
      vectors: readonly Float32Array[],
    ) => {
      const numbers = Float32Array.from(vectors.flatMap((vector) => [...vector]))
      for (let beat = 0; beat * vectorLanes < numbers.length; beat++) {
        if (arrivals.has(first + beat)) throw new Error('two beats in a cycle')
        const part = numbers.subarray(beat * vectorLanes, (beat + 1) * vectorLanes)
        arrivals.set(first + beat, { name, beat: part })
      }
    }
    arrive('key', schedule.firstKey, token.keys)
    arrive('query', schedule.firstQuery, token.queries)
    arrive('value', schedule.firstValue, token.values)

    simulation.poke('layer_i', token.layer)
    simulation.poke('position_i', token.position)
    let cycle = Math.min(schedule.attendStart, ...arrivals.keys()) - 1
    const limit = schedule.attendStart + 100 * (token.position + 1) + 100 * beats
    const mixed: number[] = []
    let firstMixBeat = 0
    for (let isDone = false; !isDone; cycle++) {
      if (cycle > limit) throw new Error(`nothing done after ${cycle} cycles`)
      const arrival = arrivals.get(cycle)
      for (const name of ['key', 'query', 'value'] as const) {
        simulation.poke(`${name}_valid_i`, arrival?.name === name)
      }
      const data = new Uint32Array(arrival?.beat.slice().buffer ?? new ArrayBuffer(4 * vectorLanes))
      simulation.poke('head_data_i', [...data])
      simulation.poke('attend_start_i', cycle === schedule.attendStart)
      const isValid = simulation.peek('mix_valid_o')
      isDone = simulation.peek('done_o')
      if (isValid) {
        if (mixed.length === 0) firstMixBeat = cycle
        mixed.push(...(simulation.peek('mix_data_o') as number[]))
      } else if (mixed.length > 0) throw new Error(`no beat in cycle ${cycle}`)
      if (
        isDone !== simulation.peek('mix_last_o') ||
        isDone !== (mixed.length === beats * vectorLanes)
      ) {
        throw new Error(`done is misplaced in cycle ${cycle}`)
      }
      simulation.step()
    }
    return { mixed: Uint32Array.from(mixed), firstMixBeat, lastMixBeat: cycle - 1 }
  }
}

function openHUnit(parameters: HUnitParameters) {
  return openModule(hUnit(parameters))
}
