import type { ChipCase } from '../random-chips/chip-case.js'
import { smallAdapters } from '../random-chips/small-chip.js'

/** The chip that is mutated: small, with everything that a chip without adapters has. */
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

/** The same with slots for adapters. */
export const mutatedAdapterChip: ChipCase = {
  ...mutatedChip,
  settings: { ...mutatedChip.settings, adapter: { rank: 8, units: 4 } },
  adapters: smallAdapters,
}
