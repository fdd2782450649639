import {
  type LowRankUpdate,
  type Projection,
  type TensorRole,
  updateMatrix,
} from '../../checkpoint/index.js'
import { type AdapterFormat, quantizeAdapter } from '../adapter.js'
import { dequantize, type QuantizedMatrix } from '../quantized-matrix.js'
import { type Correction, corrections, type RepairMethod } from './corrections.js'
import { dot, timesMoments, weightedSquares } from './weighted-norm.js'

/** A projection whose codes in ROM are not what they should be. */
export interface DefectiveProjection {
  readonly role: TensorRole & { readonly kind: Projection }
  readonly intact: QuantizedMatrix
  readonly defective: QuantizedMatrix
  /** Second moments of its inputs, [columns, columns], positive definite. */
  readonly moments: Float64Array
  /** What an adapter adds to it already, and keeps adding. */
  readonly given?: LowRankUpdate
}

export interface Repair {
  /** Weights that are wrong. */
  readonly defects: number
  /** Of the correction alone. */
  readonly rank: number
  readonly method: RepairMethod
  /** The correction, together with what was given. */
  readonly update: LowRankUpdate
  /**
   * `||E C^(1/2)||_F / ||W C^(1/2)||_F`, where E is what the projection does beyond what the intact one would do, with the
   * given adapter in INT8: with the defects, and with the defects and the repair in INT8.
   */
  readonly error: { readonly before: number; readonly after: number }
}

/**
 * The correction that best undoes the defects of a projection within the rank that a chip's adapters have free: of those in
 * {@link corrections} the one that leaves the smaller error as INT8.
 *
 * @param file what messages name
 * @returns undefined when no weight is wrong
 * @throws RangeError when the given update leaves no rank free
 * @throws InputError for numbers that need a scale beyond binary16
 */
export function repairProjection(
  { role, intact, defective, moments, given }: DefectiveProjection,
  format: AdapterFormat,
  file: string,
): Repair | undefined {
  const { columns } = intact
  const weights = dequantize(intact)
  const error = Float64Array.from(dequantize(defective), (weight, i) => weight - weights[i]!)
  const defects = error.reduce((count, value) => count + (value === 0 ? 0 : 1), 0)
  if (defects === 0) return undefined
  const free = format.rank - (given?.rank ?? 0)
  if (free <= 0) throw new RangeError(`no rank is free of ${format.rank}`)
  const inChip = (update: LowRankUpdate) => roundedMatrix(update, role, format, file)
  const wanted = error.slice()
  if (given !== undefined) subtract(wanted, inChip(given))
  const candidates = corrections(error, columns, moments, free).map((correction) => {
    const update = combined(correction, given, columns, moments)
    const left = inChip(update)
    for (const [i, value] of wanted.entries()) left[i]! += value
    return { correction, update, squares: weightedSquares(left, columns, moments) }
  })
  const best = candidates.reduce((a, b) => (b.squares < a.squares ? b : a))
  const relative = (squares: number) =>
    Math.sqrt(squares / weightedSquares(weights, columns, moments))
  return {
    defects,
    rank: best.correction.rank,
    method: best.correction.method,
    update: best.update,
    error: {
      before: relative(weightedSquares(error, columns, moments)),
      after: relative(best.squares),
    },
  }
}

/** `B A` as a chip has it. */
function roundedMatrix(
  update: LowRankUpdate,
  { kind, layer }: DefectiveProjection['role'],
  format: AdapterFormat,
  path: string,
): Float64Array {
  const before = Array.from({ length: layer }, () => ({}))
  const adapter = { path, format: 'PEFT', layers: [...before, { [kind]: update }] } as const
  const { a, b } = quantizeAdapter(adapter, format).layers[layer]![kind]!
  return updateMatrix({ rank: format.rank, scale: 1, a: dequantize(a), b: dequantize(b) })
}

/**
 * Both updates in one, each row of A scaled so that its products with the inputs have the same mean square: columns of B,
 * whose rows share a scale, are then as large as what they do. A and B have the same largest magnitude, so that neither needs
 * scales at the ends of binary16.
 */
function combined(
  { rank, a, b }: Correction,
  given: LowRankUpdate | undefined,
  columns: number,
  moments: Float64Array,
): LowRankUpdate {
  const givenRank = given?.rank ?? 0
  const sum = givenRank + rank
  const rows = new Float64Array(sum * columns)
  if (given !== undefined) rows.set(given.a)
  rows.set(a, givenRank * columns)
  const factors = Float64Array.from({ length: sum }, (_, k) => {
    const row = rows.subarray(k * columns, (k + 1) * columns)
    return Math.sqrt(dot(row, timesMoments(row, moments))) || 1
  })
  const scaledA = rows.map((value, i) => value / factors[Math.floor(i / columns)]!)
  const scaledB = Float64Array.from({ length: (b.length / rank) * sum }, (_, i) => {
    const [row, k] = [Math.floor(i / sum), i % sum]
    const value =
      given !== undefined && k < givenRank
        ? given.scale * given.b[row * givenRank + k]!
        : b[row * rank + k - givenRank]!
    return value * factors[k]!
  })
  const balance = Math.sqrt(largest(scaledB) / largest(scaledA))
  return {
    rank: sum,
    scale: 1,
    a: Float32Array.from(scaledA, (value) => value * balance),
    b: Float32Array.from(scaledB, (value) => value / balance),
  }
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

function subtract(from: Float64Array, values: Float64Array): void {
  for (const [i, value] of values.entries()) from[i]! -= value
}
