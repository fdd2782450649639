import type { Random } from '../../../src/common/random.js'
import type { EmittedPort } from '../../../src/emit/index.js'
import { VectorLayout } from '../../../src/sim/testbench/vector-layout.js'
import { type HUnitParameters, headBeats } from '../parameters.js'
import { hUnitTiming } from '../timing.js'

export interface TokenStimulus {
  readonly records: Uint32Array
  /** The cycles in which `done_o` is high. */
  readonly doneCycles: readonly number[]
}

/**
 * Input records of an H-Unit that takes one token after the other, position by position and layer by layer from
 * the first: random keys, queries and values between -2 and 2, attention as early as {@link hUnitTiming} permits,
 * the next token when it is done. A token that would not end within `cycles` is left out.
 */
export function tokenStimulus(
  parameters: HUnitParameters,
  ports: readonly EmittedPort[],
  cycles: number,
  random: Random,
): TokenStimulus {
  const layout = new VectorLayout(ports)
  const records = new Uint32Array(cycles * layout.inputWords)
  const set = (name: string, cycle: number, value: bigint) =>
    layout.set(
      records,
      cycle,
      ports.findIndex((port) => port.name === name),
      value,
    )
  const reset = ports.find(({ role }) => role === 'reset')!
  for (let cycle = 0; cycle < cycles; cycle++) set(reset.name, cycle, 1n)

  const { kvHeads, heads, layers, positions, vectorLanes } = parameters
  const timing = hUnitTiming(parameters)
  const beats = headBeats(parameters)
  const doneCycles: number[] = []
  let start = 0
  for (let token = 0; ; token++) {
    const position = Math.floor(token / layers) % positions
    const [keysEnd, queriesEnd, valuesEnd] = [kvHeads, kvHeads + heads, 2 * kvHeads + heads].map(
      (vectors) => start + vectors * beats,
    ) as [number, number, number]
    const attend = Math.max(
      start,
      keysEnd - 1 + timing.keyToStart,
      queriesEnd - 1 + timing.queryToStart,
      valuesEnd - 1 + timing.valueToStart,
    )
    const end = attend + position * timing.positionCycles + timing.mixBeats.at(-1)! + 1
    if (end > cycles) return { records, doneCycles }
    for (let cycle = start; cycle < end; cycle++) {
      set('layer_i', cycle, BigInt(token % layers))
      set('position_i', cycle, BigInt(position))
      if (cycle >= valuesEnd) continue
      const kind = cycle < keysEnd ? 'key' : cycle < queriesEnd ? 'query' : 'value'
      set(`${kind}_valid_i`, cycle, 1n)
      set('head_data_i', cycle, randomBeat(vectorLanes, random))
    }
    set('attend_start_i', attend, 1n)
    doneCycles.push(end - 1)
    start = end
  }
}

function randomBeat(lanes: number, random: Random): bigint {
  const numbers = Float32Array.from({ length: lanes }, () => random.fraction() * 4 - 2)
  return new Uint32Array(numbers.buffer).reduceRight(
    (beat, bits) => (beat << 32n) | BigInt(bits),
    0n,
  )
}
