import { z } from 'zod'
import { Random } from '../../src/common/random.js'
import type { AdapterRank } from '../../src/quantize/index.js'
import { type NumberFormat, numberFormats, type StoredUpdate } from './number-formats.js'
import { type UpdateKind, updateKinds } from './random-updates.js'

/** What `node dist/scripts/adapter-formats.js --json` prints. */
export const formatReport = z.strictObject({
  seed: z.number().int(),
  cases: z.number().int().positive(),
  inputs: z.number().int().positive(),
  outputs: z.number().int().positive(),
  rank: z.number().int().positive(),
  group: z.number().int().positive(),
  formats: z.array(
    z.strictObject({
      name: z.string(),
      bytesPerWeight: z.number().positive(),
      /** Of `B (A x)`, by kind of adapter: the root of the mean of squares, as a share of the exact result's. */
      errors: z.record(z.string(), z.number().nonnegative()),
    }),
  ),
})

export type FormatReport = z.infer<typeof formatReport>

export interface Measurement {
  readonly seed: number
  /** Adapters of each kind. */
  readonly cases: number
  readonly inputs: number
  readonly outputs: number
  readonly rank: AdapterRank
  readonly group: 32 | 64 | 128
}

/** What the number formats make of random adapters; activations and sums are exact. */
export function measureFormats(measurement: Measurement): FormatReport {
  const { inputs, outputs, rank, group } = measurement
  const weights = rank * (inputs + outputs)
  const groups = rank * Math.ceil(inputs / group) + outputs
  const formats = numberFormats.map((format) => ({
    name: format.name,
    bytesPerWeight: format.bits(weights, groups) / 8 / weights,
    errors: Object.fromEntries(
      updateKinds.map((kind) => [kind.name, relativeError(format, kind, measurement)]),
    ),
  }))
  return { ...measurement, formats }
}

function relativeError(format: NumberFormat, kind: UpdateKind, measurement: Measurement): number {
  const random = new Random(measurement.seed)
  let sum = 0
  for (let i = 0; i < measurement.cases; i++) {
    const { update, x } = kind.draw(random, measurement)
    const exact = deltaOf(update, update.rank, x)
    const stored = deltaOf(format.stored(update, measurement), update.rank, x)
    const wrong = exact.reduce((total, value, row) => total + (stored[row]! - value) ** 2, 0)
    sum += wrong / exact.reduce((total, value) => total + value ** 2, 0)
  }
  return Math.sqrt(sum / measurement.cases)
}

function deltaOf({ a, b }: StoredUpdate, rank: number, x: Float32Array): Float64Array {
  return product(b, product(a, x, rank), b.length / rank)
}

function product(matrix: ArrayLike<number>, x: ArrayLike<number>, rows: number): Float64Array {
  const columns = x.length
  return new Float64Array(rows).map((_, row) => {
    let sum = 0
    for (let i = 0; i < columns; i++) sum += matrix[row * columns + i]! * x[i]!
    return sum
  })
}
