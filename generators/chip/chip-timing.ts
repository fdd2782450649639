import type { ChipTiming } from '../../src/compiler/timing.js'
import { adapterTiming } from '../adapter/timing.js'
import { type HUnitParameters, hUnitTiming } from '../h-unit/index.js'
import { type Mesh, meshResultEdges } from '../l-array/l-array.js'
import type { LUnitParameters } from '../l-unit/parameters.js'
import { accumulatorLatency, lUnitTiming } from '../l-unit/schedule.js'
import type { VectorUnitParameters } from '../vector-unit/parameters.js'
import { vectorTiming } from '../vector-unit/timing.js'
import { dealtBeats } from './mix-distributor.js'

/** Clock edges from an instruction's cycle to the start of its unit. */
const startDelay = 1

/** What the compiler must know of a chip's pipelines. */
export function chipTiming(
  lUnit: LUnitParameters,
  mesh: Mesh,
  vectorUnit: VectorUnitParameters,
  hUnit: HUnitParameters,
): ChipTiming {
  const sweep = lUnitTiming(lUnit)
  const vector = vectorTiming(vectorUnit)
  const attention = hUnitTiming(hUnit)
  const { mixBeats } = attention
  return {
    sweep: {
      activation: sweep.activation,
      sum: sweep.negatedSum,
      exponent: sweep.exponent,
      result: 1 + meshResultEdges(lUnit, mesh),
      accumulatorLatency: accumulatorLatency(lUnit),
    },
    vector: {
      issue: vector.issue,
      resultToIssue: vector.resultToIssue,
      factorUse: vector.factorUse,
      factor: {
        embed: vector.factor + vector.factorUse,
        residual: vector.factor + vector.factorUse,
      },
      toAlign: vector.toAlign,
      toHUnit: vector.toHead,
      token: vector.token + startDelay,
      residualToIssue: vector.residualToIssue,
    },
    ...(vectorUnit.adapter && { adapter: adapterTiming(vectorUnit.adapter) }),
    align: { readable: (groupEnds, lastGroup) => vector.readable(groupEnds, lastGroup) },
    attention: {
      ...attention,
      alignBeats: vectorUnit.headsInFirst
        ? dealtBeats(vectorUnit).map((edges) => mixBeats[0]! + edges)
        : mixBeats,
    },
  }
}
