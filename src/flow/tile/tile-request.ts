import { z } from 'zod'
import { codeBitsChoices } from '../../common/code-bits.js'
import { InputError } from '../../common/input-error.js'

const wholeNumber = (low: number, high: number) => z.coerce.number().int().min(low).max(high)

/** Options of the commands that work on one projection, as they arrive from the command line. */
const tileRequest = z.object({
  model: z.string(),
  tensor: z.string(),
  bits: z.literal(codeBitsChoices).optional(),
  group: z.coerce
    .number()
    .pipe(z.union([z.literal(32), z.literal(64), z.literal(128)]))
    .optional(),
  absmean: z.boolean().default(false),
  requantize: z.boolean().default(false),
  rom: z.string().default('brom:4'),
  romLevels: z.number().optional(),
  romDelay: z.number().optional(),
  romCosts: z.string().optional(),
  lanes: wholeNumber(1, 128).default(16),
  units: wholeNumber(1, 64).default(1),
  mantissaBits: wholeNumber(10, 16).default(12),
  pipeline: wholeNumber(0, 10).default(6),
  engine: z.enum(['embedded', 'verilator', 'iverilog']).default('embedded'),
  vectors: wholeNumber(1, 10_000).default(4),
  seed: wholeNumber(0, 2 ** 31 - 1).default(1),
  wave: z.string().optional(),
  out: z.string().optional(),
  clockPeriod: z.coerce.number().positive().max(1e6).default(2),
  yosys: z.enum(['wasm', 'native']).default('wasm'),
  liberty: z.array(z.string()).default([]),
  docker: z.string().optional(),
})

export type TileRequest = z.infer<typeof tileRequest>

/** Checks option values. @throws InputError naming the option and what it takes */
export function parseTileRequest(options: unknown): TileRequest {
  const parsed = tileRequest.safeParse(options)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = String(issue?.path[0] ?? 'options').replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
  throw new InputError(issue?.message ?? 'is not possible', { field: `--${name}` })
}
