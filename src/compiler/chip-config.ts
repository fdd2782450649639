import * as z from 'zod'
import { codeBitsChoices, codeBitsName } from '../common/code-bits.js'
import { InputError } from '../common/input-error.js'
import { adapterRankChoices } from '../quantize/index.js'
import { modelShapeNames } from './model-shapes.js'

const count = (largest: number) => z.int().min(1).max(largest)

const chipConfigSchema = z.strictObject({
  /** Checkpoint file. */
  model: z.string().optional(),
  /** A published model's shape, for a chip without weights: its ROMs are placeholders. */
  shape: z.enum(modelShapeNames).optional(),
  /** Bits of a weight code, and of the L-Units' lanes; or `ternary`. */
  bits: z.literal(codeBitsChoices).default(4),
  /** Bits of the codes of embedding and head. */
  headBits: z.literal(codeBitsChoices).default(8),
  /** Weights that share a scale. */
  group: z.union([z.literal(32), z.literal(64), z.literal(128)]).default(64),
  /** How codes are found: from each group, from a text of the model, or as BitNet's with one scale a tensor. */
  quantizer: z.enum(['search', 'calibrated', 'absmean']).default('search'),
  /**
   * Construction of the ROMs: `table`, `brom:4`, `sum-of-ones`, `readmemh`, `macro`; for each the smallest by `auto`, and by
   * `auto:synth`.
   */
  rom: z.string().default('brom:4'),
  /** With `auto`: most generic gates on the longest path of a ROM. */
  romLevels: count(1_000_000).optional(),
  /** With `auto` and a library: most picoseconds of the longest path of a ROM. */
  romDelay: z.number().positive().optional(),
  /** With `auto`: Liberty file of the library to choose for; generic gates by default. */
  romLiberty: z.string().optional(),
  /** With `auto`: what ROMs cost in libraries, of `romulus rom-study --calibrate`. */
  romCosts: z.string().optional(),
  /** Matrix units: a column of them has a part of every matrix's columns, and a vector unit. */
  mesh: z
    .strictObject({
      rows: count(256).default(1),
      columns: count(256).default(1),
      /** Registers on the wires to every matrix unit, and on those back. */
      registers: z.int().min(0).max(16).default(0),
    })
    .default({ rows: 1, columns: 1, registers: 0 }),
  /** L-Units of a matrix unit. */
  lUnits: count(1024).default(8),
  /** Weights that an L-Unit takes in a cycle. */
  lanes: count(128).default(16),
  /** Numbers of a beat of the vector unit; what fits by default. */
  vectorLanes: z.union([2, 4, 8, 16, 32, 64, 128].map((lanes) => z.literal(lanes))).optional(),
  /** Key and value cache; as many positions as the model has by default. */
  kv: z
    .strictObject({
      length: count(2 ** 20).optional(),
      format: z.enum(['int8', 'int16', 'e4m3']).default('int8'),
    })
    .default({ format: 'int8' }),
  /** Slots for LoRA adapters; none by default. */
  adapter: z
    .strictObject({
      /** Largest rank of an adapter: a power of two, 8 to 128. */
      rank: z.literal(adapterRankChoices),
      /** Units with A matrices, of a column of the mesh; a divisor of the rank, which is the default. */
      units: count(128).optional(),
    })
    .optional(),
  /** Bits of an aligned activation. */
  mantissaBits: z.int().min(10).max(16).default(12),
  /** The chip can test its ROMs (docs/self-test.md). */
  selfTest: z.boolean().default(false),
  clockMHz: z.number().positive().max(10_000).default(500),
})

export type ChipConfig = z.output<typeof chipConfigSchema>
export type ChipConfigInput = z.input<typeof chipConfigSchema>

/** A chip's configuration, typed, for `romulus.config.ts`. */
export function defineChip(config: ChipConfigInput): ChipConfigInput {
  return config
}

/**
 * Fills in what a configuration leaves open.
 *
 * @param file for messages
 * @throws InputError naming the first setting that is unknown or out of range
 */
export function parseChipConfig(config: unknown, file?: string): ChipConfig {
  const parsed = chipConfigSchema.safeParse(config)
  const at = file === undefined ? {} : { file }
  if (parsed.success) {
    const { model, shape, bits, quantizer } = parsed.data
    if (model !== undefined && shape !== undefined) {
      throw new InputError(
        'a model has a shape of its own',
        { ...at, field: 'shape' },
        'leave it out',
      )
    }
    const isTernary = bits === 'ternary'
    if (quantizer === 'calibrated' ? isTernary : quantizer === 'absmean' && !isTernary) {
      throw new InputError(
        `${quantizer} gives no ${codeBitsName(bits)} codes`,
        { ...at, field: 'quantizer' },
        isTernary ? 'search or absmean' : 'search or calibrated',
      )
    }
    return parsed.data
  }
  const issue = parsed.error.issues[0]!
  const field =
    issue.code === 'unrecognized_keys'
      ? [...issue.path, issue.keys[0]].join('.')
      : issue.path.join('.')
  const problem = issue.code === 'unrecognized_keys' ? 'is no setting of a chip' : issue.message
  throw new InputError(problem, { ...at, field })
}
