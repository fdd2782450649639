import type { ChipTiming } from '../../src/compiler/timing.js'
import { adapterTiming } from '../adapter/timing.js'
import { type HUnitParameters, hUnitTiming } from '../h-unit/index.js'
import { type Mesh, meshResultEdges } from '../l-array/l-array.js'
import { hasStage, type LUnitParameters } from '../l-unit/parameters.js'
import { accumulatorLatency, lUnitTiming } from '../l-unit/schedule.js'
import { deltaEdges } from '../vector-unit/deltas.js'
import type { VectorUnitParameters } from '../vector-unit/parameters.js'
import { normEdges, resultEdges, vectorTiming } from '../vector-unit/timing.js'
import { dealtBeats } from './mix-distributor.js'

/** Clock edges from an instruction's cycle to the start of its unit. */
const startDelay = 1

/** Of the self-test: clock edges from an address to its word at a signature, at the most, and from a shift to its bit. */
export function selfTestTiming(
  lUnit: LUnitParameters,
  { registers }: Mesh,
  vectorUnit: VectorUnitParameters,
): NonNullable<ChipTiming['selfTest']> {
  const { codeAddress, scaleAddress } = lUnitTiming(lUnit)
  const addressRegister = 1
  const romStage = hasStage(lUnit, 'rom') ? 1 : 0
  const lUnits = Math.max(codeAddress, scaleAddress) + registers + romStage
  const vectors = deltaEdges(vectorUnit).beat + Math.max(normEdges.sum, resultEdges.scaled)
  return { lastSample: addressRegister + Math.max(lUnits, vectors), chain: 2 * registers }
}

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
    ...(lUnit.selfTest && { selfTest: selfTestTiming(lUnit, mesh, vectorUnit) }),
    align: { readable: (groupEnds, lastGroup) => vector.readable(groupEnds, lastGroup) },
    attention: {
      ...attention,
      alignBeats: vectorUnit.headsInFirst
        ? dealtBeats(vectorUnit).map((edges) => mixBeats[0]! + edges)
        : mixBeats,
    },
  }
}
