import fc from 'fast-check'
import type { ModelConfig } from '../../src/checkpoint/index.js'
import type { CodeBits } from '../../src/common/code-bits.js'
import type { ChipConfigInput } from '../../src/compiler/chip-config.js'

/** A small random chip, its random model, and what it is asked. */
export interface ChipCase {
  /** Of weights and prompts. */
  readonly seed: number
  /** Scales of the weights: those of a trained model, or any finite binary16. */
  readonly scales: 'usual' | 'any'
  readonly model: ModelConfig
  readonly settings: ChipConfigInput
  /** Tokens of the prompts of two requests. */
  readonly prompts: readonly [number, number]
  /** What each request loads into the slots of a chip with `settings.adapter`. */
  readonly adapters?: readonly [AdapterCase, AdapterCase]
}

/** A random adapter. */
export interface AdapterCase {
  /** At most that of the chip. */
  readonly rank: number
  /** How often a projection of a layer is changed. */
  readonly share: number
  /** A and B are this power of two of those that keep the size of vectors; the smaller ones have subnormal scales. */
  readonly sizes: readonly [a: number, b: number]
}

const powerOfTwo = (from: number, to: number) =>
  fc.constantFrom(...[1, 2, 4, 8, 16, 32, 64].filter((n) => n >= from && n <= to))
const upTo = (most: number) => fc.integer({ min: 1, max: most })

/** Heads that columns of their own, or several together, have in whole groups of 32. */
const columnHeads = [
  { columns: 2, kvHeads: 2, heads: 2, headSize: 32 },
  { columns: 2, kvHeads: 2, heads: 8, headSize: 8 },
  { columns: 2, kvHeads: 1, heads: 1, headSize: 64 },
  { columns: 3, kvHeads: 3, heads: 3, headSize: 32 },
  { columns: 3, kvHeads: 3, heads: 12, headSize: 8 },
  { columns: 4, kvHeads: 4, heads: 4, headSize: 32 },
  { columns: 5, kvHeads: 5, heads: 5, headSize: 32 },
  { columns: 6, kvHeads: 3, heads: 3, headSize: 64 },
] as const

const adapterChoice = fc.record({
  rank: upTo(64),
  share: fc.constantFrom(0, 0.2, 0.6, 1, 1),
  sizes: fc.tuple(
    fc.constantFrom(0, 0, 0, -8, -16, -20),
    fc.constantFrom(0, 0, 0, -4, -8, -12, -20, 4),
  ),
})

/** Every combination of these can be built. */
const choices = fc.record({
  seed: fc.nat(),
  scales: fc.constantFrom('usual' as const, 'usual' as const, 'any' as const),
  layers: upTo(2),
  kvHeads: upTo(3),
  queriesOfKey: upTo(3),
  vectorLanes: powerOfTwo(2, 16),
  beatsOfHead: upTo(3),
  columns: fc.constantFrom(1, 1, 1, 2, 3, 4, 5),
  columnHeads: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...columnHeads) },
  ),
  hiddenDim: upTo(68),
  vocabulary: upTo(40),
  positions: upTo(5),
  cut: fc.integer({ min: 0, max: 4 }),
  tiedHead: fc.boolean(),
  ropeBase: fc.constantFrom(10_000, 500_000, 1.5),
  ropePairs: fc.constantFrom('interleaved' as const, 'half-split' as const),
  normEpsilon: fc.constantFrom(1e-5, 1e-6, 0.5),
  bits: fc.constantFrom(2 as const, 4 as const, 8 as const, 'ternary' as const),
  digits: powerOfTwo(1, 4),
  group: fc.constantFrom(32 as const, 32 as const, 64 as const, 128 as const),
  lanes: powerOfTwo(1, 64),
  lUnits: upTo(8),
  rows: upTo(3),
  registers: fc.integer({ min: 0, max: 2 }),
  kvFormat: fc.constantFrom('int8' as const, 'int16' as const, 'e4m3' as const),
  mantissaBits: fc.integer({ min: 10, max: 16 }),
  prompts: fc.tuple(upTo(4), upTo(4)),
  slots: fc.option(
    fc.record({
      rank: powerOfTwo(8, 64),
      ticks: powerOfTwo(1, 8),
      adapters: fc.tuple(adapterChoice, adapterChoice),
    }),
    { nil: undefined, freq: 2 },
  ),
})

type Choices = typeof choices extends fc.Arbitrary<infer T> ? T : never

export const chipCases: fc.Arbitrary<ChipCase> = choices.map((choice): ChipCase => {
  const { seed, scales, positions, lUnits, rows, registers } = choice
  const { columns, vectorLanes, heads, kvHeads, headSize, group } = placedHeads(choice)
  // At least eight weights a cycle, so that a token takes a few thousand cycles.
  const leastLanes = 2 ** Math.max(0, 3 - Math.floor(Math.log2(lUnits)))
  const lanes = Math.max(leastLanes, Math.min(choice.lanes, group))
  const slots = adapterSlots(choice, vectorLanes)
  return {
    seed,
    scales,
    model: {
      dim: heads * headSize,
      hiddenDim: choice.hiddenDim,
      layers: choice.layers,
      heads,
      kvHeads,
      vocabulary: choice.vocabulary,
      contextLength: positions + choice.cut,
      tiedHead: choice.tiedHead,
      ropeBase: choice.ropeBase,
      ropePairs: choice.ropePairs,
      normEpsilon: Math.fround(choice.normEpsilon),
    },
    settings: {
      bits: choice.bits,
      headBits: headBitsOf(choice),
      group,
      lanes,
      vectorLanes,
      lUnits,
      mesh: { rows, columns, registers },
      kv: { length: positions, format: choice.kvFormat },
      mantissaBits: choice.mantissaBits,
      rom: 'table',
      ...(slots && { adapter: { rank: slots.rank, units: slots.units } }),
    },
    prompts: choice.prompts.map((length) => Math.min(length, positions)) as [number, number],
    ...(slots && {
      adapters: [slots.adapterOf(0), slots.adapterOf(1)] as const,
    }),
  }
})

/** Codes that L-Units take in 1, 2 or 4 digits; ternary ones in as many as the codes have bits. */
function headBitsOf({ bits, digits }: Choices): CodeBits {
  if (bits === 'ternary') return digits === 1 ? bits : ((2 * digits) as 4 | 8)
  return Math.min(8, bits * digits) as 2 | 4 | 8
}

/** Slots of any rank and units that the vector lanes divide. */
function adapterSlots({ slots }: Choices, vectorLanes: number) {
  if (slots === undefined) return undefined
  const rank = Math.max(slots.rank, vectorLanes) as 8 | 16 | 32 | 64
  const units = Math.max(rank / slots.ticks, vectorLanes)
  const adapterOf = (slot: 0 | 1): AdapterCase => {
    const adapter = slots.adapters[slot]
    return { ...adapter, rank: 1 + ((adapter.rank - 1) % rank) }
  }
  return { rank, units, adapterOf }
}

function placedHeads(choice: Choices) {
  const vectorLanes = choice.vectorLanes as 2 | 4 | 8 | 16
  if (choice.columnHeads !== undefined) {
    const most = choice.columnHeads.headSize === 8 ? 8 : 16
    const lanes = Math.min(vectorLanes, most) as 2 | 4 | 8 | 16
    return { ...choice.columnHeads, vectorLanes: lanes, group: 32 as const }
  }
  const { columns, kvHeads, queriesOfKey, beatsOfHead, group } = choice
  const heads = kvHeads * queriesOfKey
  // Widths of about 16 keep the chip small; several columns are to have some groups.
  const width = columns === 1 ? 16 : 80
  const beats = Math.max(1, Math.min(beatsOfHead, Math.floor(width / heads / vectorLanes)))
  return { columns, vectorLanes, heads, kvHeads, headSize: vectorLanes * beats, group }
}
