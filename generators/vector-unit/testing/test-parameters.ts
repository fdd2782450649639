import type { VectorUnitParameters } from '../parameters.js'

/** A small model on a small chip. */
export function testParameters(given: Partial<VectorUnitParameters> = {}): VectorUnitParameters {
  return {
    columns: 1,
    headColumns: 1,
    headsInFirst: false,
    vectorLanes: 4,
    results: 4,
    dealsTicks: false,
    resultBeats: 32,
    width: 48,
    hidden: 70,
    heads: 6,
    kvHeads: 2,
    headSize: 8,
    layers: 2,
    vocabulary: 50,
    positions: 16,
    ropeBase: 10_000,
    epsilon: 1e-5,
    group: 32,
    mantissaBits: 12,
    activationLanes: 16,
    rom: { kind: 'table' },
    ...given,
  }
}
