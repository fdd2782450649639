import { describe, expect, test } from 'vitest'
import type { ModelConfig } from '../../../checkpoint/index.js'
import { randomAdapter } from '../../../checkpoint/testing/random-adapter.js'
import { adapterImage } from '../../../compiler/adapter-image.js'
import { type ChipConfigInput, parseChipConfig } from '../../../compiler/chip-config.js'
import { type Design, elaborate, type FlatDesign } from '../../../hdl/index.js'
import { quantizeAdapter } from '../../../quantize/index.js'
import { buildChip } from '../build-chip.js'
import { adapterChip } from '../testing/adapter-chip.js'
import { smallConfig, smallModel } from '../testing/small-model.js'
import { findDivergence } from './find-divergence.js'
import { storedBit } from './testing/adapter-bits.js'
import { cutsOff, flipStoredBit } from './testing/faults.js'

describe('a chip without a fault has the golden numbers everywhere', () => {
  const chips: [string, ChipConfigInput, Partial<ModelConfig>][] = [
    [
      'one column, rank 8 of two A units',
      { lUnits: 2, vectorLanes: 2, adapter: { rank: 8, units: 2 } },
      {},
    ],
    [
      'two columns with an H-Unit each, rank 16, an 8-bit head',
      {
        lUnits: 4,
        vectorLanes: 4,
        mesh: { columns: 2 },
        headBits: 8,
        kv: { format: 'int16' },
        adapter: { rank: 16, units: 4 },
      },
      { dim: 64, heads: 4, kvHeads: 2, hiddenDim: 70, layers: 1 },
    ],
    [
      'three columns, which take turns in results, one H-Unit',
      { lUnits: 4, vectorLanes: 4, mesh: { columns: 3 }, adapter: { rank: 8, units: 4 } },
      { dim: 112, heads: 4, kvHeads: 2, hiddenDim: 45, layers: 1 },
    ],
  ]
  test.each(chips)('%s', (_, settings, shape) => {
    const config = parseChipConfig({ rom: 'table', lanes: 8, group: 32, ...settings })
    const model = smallModel(config, { ...smallConfig, ...shape })
    const built = buildChip(config, model)
    const design = elaborate(built.definition)
    const format = { ...built.shape, digitBits: built.shape.bits, kvFormat: config.kv.format }
    const { rank } = config.adapter!
    const adapters = [1, 2].map((seed) =>
      quantizeAdapter(randomAdapter(model.config, seed), { rank, group: config.group }),
    )
    const frames = adapters.map((adapter, slot) => adapterImage({ ...built, model }, adapter, slot))
    const slots = [0, undefined, 1] as const
    const inUse = { adapters, frames, slotAt: (position: number) => slots[position] }
    const request = { prompt: [3, 5, 7], answered: [], sampled: false, adapters: inUse }
    expect(findDivergence({ ...built, design }, model, format, request)).toBeUndefined()
  })
})

const chip = adapterChip(6)
const { config, model, built, design } = chip
const format = { ...built.shape, digitBits: built.shape.bits, kvFormat: config.kv.format }

/** Where the chip goes wrong with a fault while slot 1 has the adapter of its token. */
function diverges(flat: FlatDesign) {
  const inUse = {
    adapters: chip.adapters.slice(0, 2),
    frames: ([0, 1] as const).map((slot) => Uint32Array.from(chip.frame(slot, slot))),
    slotAt: () => 1 as const,
  }
  const request = { prompt: [3, 5], answered: [], sampled: false, adapters: inUse }
  const faulty = { ...built, design: { flat } as Design }
  return findDivergence(faulty, model, format, request)
}

describe('the first number of an adapter that differs is named', () => {
  test.each([
    ['attention.wv', 'wv', 1, 'codes', 2],
    ['feed_forward.w2', 'w2', 0, 'scales', 1],
  ] as const)('A of %s', (projection, name, layer, part, row) => {
    const number = { layer, projection, matrix: 'a', row, column: 2, part } as const
    const stored = storedBit(chip, number, 6, 1)
    const found = diverges(flipStoredBit(design.flat, stored))!
    const place = { position: 0, operation: `${name} a`, layer, element: row }
    expect(found).toMatchObject({ ...place, signal: 'u_adapter_a.result_o' })
    expect(stored.memory).toBe(`u_adapter_a.u_a_unit_c0n${found.lane}.${part}`)
  })

  test.each([
    ['attention.wq', 'wq', 0, 'codes', 13],
    ['attention.wo', 'wo', 1, 'codes', 6],
    ['feed_forward.w3', 'w3', 0, 'scales', 36],
  ] as const)('B of %s', (projection, name, layer, part, row) => {
    const number = { layer, projection, matrix: 'b', row, column: 1, part } as const
    const stored = storedBit(chip, number, 6, 1)
    const found = diverges(flipStoredBit(design.flat, stored))!
    const place = { position: 0, operation: `${name} delta`, layer, element: row }
    expect(found).toMatchObject(place)
    expect(found.signal).toBe(stored.memory.replace(part, 'delta_o'))
  })

  const unit = 'u_vector_row.u_vector_unit0'
  test.each([
    ['u_adapter_a.u_a_unit_c0n1.result_o', 'u_adapter_a.result_o', / a$/, 1],
    [
      'u_adapter_ranks.u_align.mantissa2',
      'u_adapter_ranks.u_align.u_activation_memory.word_i',
      / a aligned$/,
      2,
    ],
    [`${unit}.u_b_lane2.delta_o`, `${unit}.u_b_lane2.delta_o`, / delta$/, 0],
    [`${unit}.u_with_delta1.sum_o`, `${unit}.row_result1`, / sum$/, 0],
  ])('a rounding that cuts off: %s', (rounded, signal, operation, lane) => {
    const found = diverges(cutsOff(design.flat, rounded))!
    expect(found).toMatchObject({ signal, lane, position: 0 })
    expect(found.operation).toMatch(operation)
    expect(found.simulated / found.expected).toBeCloseTo(1, 2)
  })
})
