import type { ChipCase } from './chip-case.js'

/** A chip that every engine builds in seconds. */
export const smallChip: ChipCase = {
  seed: 1,
  scales: 'usual',
  model: {
    dim: 16,
    hiddenDim: 37,
    layers: 1,
    heads: 2,
    kvHeads: 1,
    vocabulary: 23,
    contextLength: 5,
    tiedHead: false,
    ropeBase: 10_000,
    ropePairs: 'half-split',
    normEpsilon: Math.fround(1e-5),
  },
  settings: { rom: 'table', group: 32, lanes: 8, lUnits: 2 },
  prompts: [2, 1],
}

/** For a chip of at least rank 8. */
export const smallAdapters: NonNullable<ChipCase['adapters']> = [
  { rank: 8, share: 1, sizes: [0, 0] },
  { rank: 5, share: 0.8, sizes: [0, 0] },
]
