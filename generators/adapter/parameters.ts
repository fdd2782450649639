import type { AdapterSizes } from '../../src/compiler/adapter-layout.js'
import type { SweepOrder } from '../../src/compiler/sweep-order.js'
import { type LUnitParameters, lUnitParameters } from '../l-unit/parameters.js'
import type { AlignParameters } from '../vector-unit/align-shape.js'

/** LoRA adapters of a chip, as `docs/adapters.md` defines them. */
export interface AdapterParameters extends AdapterSizes {
  /** The datapath of the A units. */
  readonly lUnit: LUnitParameters
  /** Orders of the sweeps of the A units. */
  readonly orders: readonly SweepOrder[]
}

/** Adapters that a chip holds at the same time. */
export const adapterSlots = 2

/** Projections that see the same vector at the most: key, query and value. */
export const mostProjections = 3

/** The datapath of A units beside L-Units: 8-bit codes without zero-points. */
export function adapterLUnit(lUnit: LUnitParameters): LUnitParameters {
  const { selfTest: _, ...datapath } = lUnit
  return lUnitParameters({
    ...datapath,
    bits: 8,
    offsets: false,
    zeroPoints: false,
    products: 'digits',
    fused: true,
  })
}

/** How the vectors `A x` are aligned: each projection's is a group of its own. */
export function rankAlignment(parameters: AdapterParameters): AlignParameters {
  const { rank, vectorLanes, lUnit } = parameters
  return {
    vectorLanes,
    activationLanes: rank,
    group: rank,
    mantissaBits: lUnit.mantissaBits,
    width: mostProjections * rank,
    hidden: 0,
  }
}

/** For module names. */
export function adapterName(parameters: AdapterParameters): string {
  const { rank, units, columns, vectorLanes, codeDepth, beats } = parameters
  return `r${rank}_u${units}_c${columns}_v${vectorLanes}_a${codeDepth}_b${beats}`
}
