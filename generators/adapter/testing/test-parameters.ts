import { columnLength } from '../../../src/compiler/column-split.js'
import { codeWords, scaleWords, sweepOrder } from '../../../src/compiler/sweep-order.js'
import { lUnitParameters } from '../../l-unit/parameters.js'
import { accumulatorLatency } from '../../l-unit/schedule.js'
import { type AdapterParameters, adapterLUnit } from '../parameters.js'

/** What the A units of a test take in one sweep: a vector of some length, for some projections. */
export interface TestSweep {
  readonly length: number
  readonly projections: number
}

export interface TestSizes
  extends Pick<AdapterParameters, 'rank' | 'units' | 'columns' | 'vectorLanes' | 'lanes'> {
  readonly group: 32 | 64 | 128
  readonly mantissaBits: number
  readonly sweeps: readonly TestSweep[]
}

/** Adapters without the rest of a chip: the first order is that of the first sweep, and so on. */
export function testParameters(sizes: TestSizes): AdapterParameters {
  const { rank, units, columns, vectorLanes, lanes, group, mantissaBits, sweeps } = sizes
  const lUnit = adapterLUnit(
    lUnitParameters({ group, lanes, mantissaBits, rom: { kind: 'table' } }),
  )
  const sweep = { ...lUnit, accumulatorLatency: accumulatorLatency(lUnit) }
  const orders = sweeps.map(({ length, projections }) =>
    sweepOrder(sweep, (projections * rank) / units, columnLength(length, group, columns)),
  )
  return {
    rank,
    units,
    columns,
    vectorLanes,
    lanes,
    codeDepth: orders.reduce((sum, order) => sum + codeWords(order), 0),
    scaleDepth: orders.reduce((sum, order) => sum + scaleWords(order), 0),
    beats: 1,
    lUnit,
    orders,
  }
}

/** The least rank of a chip that fits an adapter's. */
export function chipRank(rank: number): number {
  return Math.max(8, 2 ** Math.ceil(Math.log2(rank)))
}
