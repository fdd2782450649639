import type { ChipTiming } from '../../src/compiler/timing.js'
import { lUnitTiming } from '../l-unit/schedule.js'
import { alignReadable } from '../vector-unit/timing.js'
import { aArrayEdges } from './a-array.js'
import { type AdapterParameters, rankAlignment } from './parameters.js'

/** When things happen in the adapters' units, for the schedule. */
export function adapterTiming(parameters: AdapterParameters): NonNullable<ChipTiming['adapter']> {
  const { rank, units, vectorLanes, lUnit } = parameters
  const { activation, exponent } = lUnitTiming(lUnit)
  const beatsOfTick = units / vectorLanes
  const beatsOfVector = rank / vectorLanes
  return {
    activation,
    exponent,
    result: 1 + aArrayEdges(parameters),
    readable(results, vectors) {
      const read = 1
      const memory = 1
      let free = 0
      const beats = results.flatMap((result) =>
        Array.from({ length: beatsOfTick }, () => {
          const address = Math.max(free, result + read)
          free = address + 1
          return address + memory
        }),
      )
      const ends = Array.from({ length: vectors }, (_, i) => beats[(i + 1) * beatsOfVector - 1]!)
      return alignReadable(rankAlignment(parameters), ends, rank)
    },
  }
}
