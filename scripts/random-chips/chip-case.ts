import fc from 'fast-check'
import type { ModelConfig } from '../../src/checkpoint/index.js'
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
}

const powerOfTwo = (from: number, to: number) =>
  fc.constantFrom(...[1, 2, 4, 8, 16, 32, 64, 128].filter((n) => n >= from && n <= to))
const upTo = (most: number) => fc.integer({ min: 1, max: most })

/** Every combination of these can be built. */
const choices = fc.record({
  seed: fc.nat(),
  scales: fc.constantFrom('usual' as const, 'usual' as const, 'any' as const),
  layers: upTo(2),
  kvHeads: upTo(3),
  queriesOfKey: upTo(3),
  vectorLanes: powerOfTwo(2, 16),
  beatsOfHead: upTo(3),
  hiddenDim: upTo(70),
  vocabulary: upTo(40),
  positions: upTo(8),
  cut: fc.integer({ min: 0, max: 4 }),
  tiedHead: fc.boolean(),
  ropeBase: fc.constantFrom(10_000, 500_000, 1.5),
  ropePairs: fc.constantFrom('interleaved' as const, 'half-split' as const),
  normEpsilon: fc.constantFrom(1e-5, 1e-6, 0.5),
  bits: fc.constantFrom(2 as const, 4 as const, 8 as const),
  digits: powerOfTwo(1, 4),
  group: fc.constantFrom(32 as const, 64 as const, 128 as const),
  lanes: powerOfTwo(1, 64),
  lUnits: powerOfTwo(1, 16),
  rows: powerOfTwo(1, 2),
  kvFormat: fc.constantFrom('int8' as const, 'int16' as const, 'e4m3' as const),
  mantissaBits: fc.integer({ min: 10, max: 16 }),
  prompts: fc.tuple(upTo(4), upTo(4)),
})

export const chipCases: fc.Arbitrary<ChipCase> = choices.map((choice): ChipCase => {
  const { seed, scales, layers, kvHeads, queriesOfKey, vectorLanes, positions } = choice
  const heads = kvHeads * queriesOfKey
  const widest = Math.floor(24 / heads)
  // A head of at most 24 / heads numbers keeps the chip small.
  const beats = Math.max(1, Math.min(choice.beatsOfHead, Math.floor(widest / vectorLanes)))
  return {
    seed,
    scales,
    model: {
      dim: heads * vectorLanes * beats,
      hiddenDim: choice.hiddenDim,
      layers,
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
      headBits: Math.min(8, choice.bits * choice.digits) as 2 | 4 | 8,
      group: choice.group,
      // At least eight weights a cycle, so that a token takes a few thousand cycles.
      lanes: Math.max(8 / Math.min(8, choice.lUnits), Math.min(choice.lanes, choice.group)),
      vectorLanes: vectorLanes as 2 | 4 | 8 | 16,
      lUnits: choice.lUnits,
      mesh: { rows: choice.rows },
      kv: { length: positions, format: choice.kvFormat },
      mantissaBits: choice.mantissaBits,
      rom: 'table',
    },
    prompts: choice.prompts.map((length) => Math.min(length, positions)) as [number, number],
  }
})
