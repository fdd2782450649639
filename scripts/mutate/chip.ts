import type { ChipCase } from '../random-chips/chip-case.js'

/** The chip that is mutated: small, with everything that a chip has. */
export const mutatedChip: ChipCase = {
  seed: 3,
  scales: 'usual',
  model: {
    dim: 16,
    hiddenDim: 37,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    vocabulary: 11,
    contextLength: 6,
    tiedHead: false,
    ropeBase: 10_000,
    ropePairs: 'half-split',
    normEpsilon: Math.fround(1e-5),
  },
  settings: { rom: 'table', group: 32, lanes: 8, lUnits: 2, vectorLanes: 2 },
  prompts: [1, 3],
}
