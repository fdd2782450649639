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

/** Cycles, from any common origin, of the first beats and of the start. */
export interface TokenSchedule {
  readonly first: { readonly keys: number; readonly queries: number; readonly values: number }
  readonly attendStart: number
  /** Cycles without a beat between two heads. */
  readonly headGap: number
}

export interface TokenResult {
  /** Bit patterns of the mixed vector. */
  readonly mixed: Uint32Array
  /** The cycles of its beats, in the schedule's count. */
  readonly mixBeats: readonly number[]
}

/** An H-Unit that takes one token after the other, each with its own schedule. */
export class RunningHUnit {
  readonly #simulation: ReturnType<typeof openHUnit>

  constructor(private readonly parameters: HUnitParameters) {
    this.#simulation = openHUnit(parameters)
  }

  /** @throws Error when `mix_last_o` and `done_o` do not come with the last beat */
  run(token: TokenHeads, { first, attendStart, headGap }: TokenSchedule): TokenResult {
    const simulation = this.#simulation
    const { heads, headSize, vectorLanes } = this.parameters
    const arrivals = [
      ...this.#arrivals('key_valid_i', first.keys, headGap, token.keys),
      ...this.#arrivals('query_valid_i', first.queries, headGap, token.queries),
      ...this.#arrivals('value_valid_i', first.values, headGap, token.values),
    ]
    simulation.poke('layer_i', token.layer)
    simulation.poke('position_i', token.position)
    const expectedBeats = (heads * headSize) / vectorLanes
    const mixed: number[] = []
    const mixBeats: number[] = []
    const firstCycle = Math.min(attendStart, ...arrivals.map(({ cycle }) => cycle))
    const limit = 1000 * (token.position + expectedBeats)
    for (let cycle = firstCycle; mixBeats.length < expectedBeats; cycle++) {
      if (cycle > firstCycle + limit) throw new Error(`nothing comes until cycle ${cycle}`)
      const now = arrivals.find((arrival) => arrival.cycle === cycle)
      for (const port of ['key_valid_i', 'query_valid_i', 'value_valid_i'] as const) {
        simulation.poke(port, now?.port === port)
      }
      if (now !== undefined) simulation.poke('head_data_i', now.beat)
      simulation.poke('attend_start_i', cycle === attendStart)
      if (simulation.peek('mix_valid_o')) {
        mixBeats.push(cycle)
        mixed.push(...simulation.peek('mix_data_o'))
      }
      const isLast = mixBeats.length === expectedBeats
      if (simulation.peek('done_o') !== isLast || simulation.peek('mix_last_o') !== isLast) {
        throw new Error(`done is misplaced in cycle ${cycle}`)
      }
      simulation.step()
    }
    return { mixed: Uint32Array.from(mixed), mixBeats }
  }

  #arrivals(
    port: 'key_valid_i' | 'query_valid_i' | 'value_valid_i',
    first: number,
    headGap: number,
    vectors: readonly Float32Array[],
  ) {
    const { vectorLanes, headSize } = this.parameters
    const numbers = Float32Array.from(vectors.flatMap((vector) => [...vector]))
    const bits = [...new Uint32Array(numbers.buffer)]
    return Array.from({ length: bits.length / vectorLanes }, (_, i) => ({
      port,
      cycle: first + i + headGap * Math.floor((i * vectorLanes) / headSize),
      beat: bits.slice(i * vectorLanes, (i + 1) * vectorLanes),
    }))
  }
}

function openHUnit(parameters: HUnitParameters) {
  return openModule(hUnit(parameters))
}
