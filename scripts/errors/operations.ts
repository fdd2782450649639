import { float16ToNumber, numberToFloat16 } from '../../src/common/float16.js'
import type { Random } from '../../src/common/random.js'
import {
  alignGroup,
  alignVector,
  attend,
  attentionScores,
  type CachedVector,
  cachedVector,
  embeddingRow,
  type KvFormat,
  MatrixProduct,
  normFactor,
  rotated,
  round32,
  scaled,
  softmaxMix,
  swiglu,
} from '../../src/golden/index.js'
import type { QuantizedMatrix } from '../../src/quantize/index.js'
import { cacheBound, kvFormats } from './cache.js'
import { functionBounds } from './functions.js'
import { type MeasuredError, measure } from './measure.js'
import { drawVector, hypotenuse, largestMagnitude } from './vectors.js'

const unit = 2 ** -24
const group = 64
const lanes = 8
const mantissaBits = 12
const epsilon = 1e-5

/**
 * The largest errors of the decoder's operations against binary64 mathematics, with the bounds that hold for them.
 *
 * @param cases of the quick operations; softmax and attention have fewer
 */
export function operationErrors(cases: number, random: Random): MeasuredError[] {
  return [
    ...[10, 12, 16].map((bits) => alignmentError(cases, bits, random)),
    ...([4, 8] as const).flatMap((bits) => [
      productRounding(cases, bits, random),
      productError(cases, bits, random),
    ]),
    embeddingError(cases, random),
    ...[64, 4096].map((length) => normError(cases, length, random)),
    ropeError(cases, random),
    scoreError(cases, random),
    ...[16, 512].map((positions) => softmaxError(Math.ceil(cases / 16), positions, random)),
    ...kvFormats.flatMap((format) => attentionErrors(Math.ceil(cases / 16), format, random)),
    swigluError(cases, random),
    residualError(cases, random),
    headError(cases, random),
  ]
}

function alignmentError(cases: number, bits: number, random: Random): MeasuredError {
  const error = () => {
    const x = drawVector(random, group)
    const { mantissas, exponent } = alignGroup(x, group, bits)
    const step = 2 ** (exponent - bits + 2)
    return largestError(x, (i) => mantissas[i]! * step) / largestMagnitude(x)
  }
  return measure(`align, M = ${bits}`, cases, 'largest |x|', error, alignmentBound(bits))
}

/** Half a step of at most 2^-(M-2) of the largest; a whole step when it is next to a power of two. */
function alignmentBound(bits: number): number {
  return 2 ** -(bits - 1)
}

type PlainMatrix = QuantizedMatrix & { readonly bits: 4 | 8 }

/** Random codes of INT`bits` with scales of either sign, zero-points and offsets. */
function drawMatrix(bits: 4 | 8, random: Random): PlainMatrix {
  const [rows, columns] = [4, 172]
  const groups = rows * Math.ceil(columns / group)
  const code = () => random.integer(0, 2 ** bits - 1)
  const half = () => numberToFloat16((random.fraction() - 0.5) * 2 ** random.integer(-8, 2))
  return {
    rows,
    columns,
    bits,
    group,
    codes: Uint8Array.from({ length: rows * columns }, code),
    scales: Uint16Array.from({ length: groups }, half),
    zeroPoints: Uint8Array.from({ length: groups }, code),
    offsets: Uint16Array.from({ length: groups }, half),
  }
}

/** The exact weight of a row and column. */
function weightOf(matrix: QuantizedMatrix, row: number, column: number): number {
  const { columns, codes, scales, zeroPoints, offsets } = matrix
  const at = row * Math.ceil(columns / group) + Math.floor(column / group)
  const steps = codes[row * columns + column]! - zeroPoints[at]!
  return float16ToNumber(scales[at]!) * steps + float16ToNumber(offsets![at]!)
}

/** Terms that a row adds in the L-Units: groups, of every digit, and offsets. */
function termsOf({ columns, bits }: PlainMatrix, digitBits: number): number {
  return Math.ceil(columns / group) * (bits / digitBits + 1)
}

/** Each term is rounded once, and each addition: as many roundings of at most the sum of magnitudes as terms. */
function productRounding(cases: number, bits: 4 | 8, random: Random): MeasuredError {
  const digitBits = 4
  const matrix = drawMatrix(bits, random)
  const terms = termsOf(matrix, digitBits)
  const error = () => {
    const matrix = drawMatrix(bits, random)
    const x = drawVector(random, matrix.columns)
    const aligned = alignVector(x, group, mantissaBits)
    const result = new MatrixProduct(matrix, { mantissaBits, digitBits }).times(x)
    let worst = 0
    for (let row = 0; row < matrix.rows; row++) {
      let [exact, magnitude] = [0, 0]
      for (const [g, { mantissas, exponent }] of aligned.entries()) {
        for (const term of groupTerms(matrix, row, g, mantissas, digitBits)) {
          const value = term * 2 ** (exponent - mantissaBits + 2)
          exact += value
          magnitude += Math.abs(value)
        }
      }
      worst = Math.max(worst, share(Math.abs(result[row]! - exact), unit * magnitude))
    }
    return worst
  }
  const what = `matrix product, INT${bits} on INT${digitBits} units, offsets: roundings`
  return measure(what, cases, '2^-24 of the terms', error, 1.001 * (terms + 1))
}

/** The exact results of a group: of each digit of the codes, and of the offset. */
function groupTerms(
  matrix: PlainMatrix,
  row: number,
  g: number,
  mantissas: Int32Array,
  digitBits: number,
): number[] {
  const { columns, bits, codes, scales, zeroPoints, offsets } = matrix
  const at = row * Math.ceil(columns / group) + g
  const terms: number[] = []
  const count = Math.min(group, columns - g * group)
  for (let place = bits - digitBits; place >= 0; place -= digitBits) {
    const digit = (value: number) => (value >> place) & (2 ** digitBits - 1)
    let dot = 0
    for (let i = 0; i < count; i++) {
      const code = digit(codes[row * columns + g * group + i]!)
      dot += (code - digit(zeroPoints[at]!)) * mantissas[i]!
    }
    terms.push(float16ToNumber(scales[at]!) * 2 ** place * dot)
  }
  const sum = mantissas.reduce((a, b) => a + b, 0)
  return [...terms, float16ToNumber(offsets![at]!) * sum]
}

/** Each weight times the largest activation of its group, in all: what an alignment error can grow to. */
function alignedMagnitude(matrix: QuantizedMatrix, row: number, x: Float32Array): number {
  let sum = 0
  for (let first = 0; first < x.length; first += group) {
    const largest = largestMagnitude(x.subarray(first, first + group))
    const end = Math.min(first + group, x.length)
    for (let i = first; i < end; i++) sum += Math.abs(weightOf(matrix, row, i)) * largest
  }
  return sum
}

/** Against the exact product of weights and activations, of codes in one digit without offsets. */
function productError(cases: number, bits: 4 | 8, random: Random): MeasuredError {
  const error = () => {
    const plain = withoutOffsets(drawMatrix(bits, random))
    const x = drawVector(random, plain.columns)
    const result = new MatrixProduct(plain, { mantissaBits, digitBits: bits }).times(x)
    let worst = 0
    for (let row = 0; row < plain.rows; row++) {
      let exact = 0
      for (let i = 0; i < x.length; i++) exact += weightOf(plain, row, i) * x[i]!
      worst = Math.max(
        worst,
        share(Math.abs(result[row]! - exact), alignedMagnitude(plain, row, x)),
      )
    }
    return worst
  }
  const groups = Math.ceil(172 / group)
  const bound = alignmentBound(mantissaBits) + (groups + 1) * unit
  return measure(
    `matrix product, INT${bits}, M = ${mantissaBits}`,
    cases,
    'sum |w| a',
    error,
    bound,
  )
}

/** The same matrix with offsets of zero. */
function withoutOffsets(matrix: QuantizedMatrix): QuantizedMatrix {
  return { ...matrix, offsets: new Uint16Array(matrix.scales.length) }
}

/** An INT8 code less its zero-point, times a binary16 scale, has at most 19 significant bits. */
function embeddingError(cases: number, random: Random): MeasuredError {
  const error = () => {
    const matrix = withoutOffsets(drawMatrix(8, random))
    const row = random.integer(0, matrix.rows - 1)
    return largestError(embeddingRow(matrix, row), (column) => weightOf(matrix, row, column))
  }
  return measure('embedding', cases, '1', error, 0)
}

/**
 * Half of the relative error of the mean of squares, and that of rsqrt. The mean: a square, its way up the tree, its
 * accumulator, two more additions; then 1/n, the product, epsilon, the sum.
 */
function normBound(length: number): number {
  const additions = Math.log2(lanes) + Math.ceil(length / (4 * lanes)) + 2
  return 1.001 * (0.5 * (1 + additions + 4) + functionBounds.rsqrt)
}

/** 1 / sqrt(mean of squares + epsilon). */
function exactNorm(x: Float32Array): number {
  const squares = x.reduce((sum, value) => sum + value * value, 0)
  return 1 / Math.sqrt(squares / x.length + epsilon)
}

function normError(cases: number, length: number, random: Random): MeasuredError {
  const count = Math.ceil((cases * 64) / length)
  const error = () => {
    const x = drawVector(random, length)
    return Math.abs(normFactor(x, { vectorLanes: lanes }, epsilon) / exactNorm(x) - 1) / unit
  }
  const what = `RMSNorm's factor, ${length} numbers, V = ${lanes}`
  return measure(what, count, '2^-24 of the result', error, normBound(length))
}

/** Sine and cosine are rounded, to 2^-25 each; then two products and a sum. */
function ropeError(cases: number, random: Random): MeasuredError {
  const error = () => {
    const headSize = 2 * random.integer(1, 64)
    const ropeBase = random.chance(0.5) ? 10_000 : 500_000
    const ropePairs = random.chance(0.5) ? 'interleaved' : 'half-split'
    const position = random.integer(0, 2 ** random.integer(0, 17) - 1)
    const x = drawVector(random, headSize)
    const result = rotated(x, position, headSize, { ropeBase, ropePairs })
    let worst = 0
    for (let pair = 0; pair < headSize / 2; pair++) {
      const angle = position * ropeBase ** ((-2 * pair) / headSize)
      const [i, j] =
        ropePairs === 'interleaved' ? [2 * pair, 2 * pair + 1] : [pair, pair + headSize / 2]
      const [a, b] = [x[i]!, x[j]!]
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      const wrong = Math.max(
        Math.abs(result[i]! - (a * cos - b * sin)),
        Math.abs(result[j]! - (a * sin + b * cos)),
      )
      worst = Math.max(worst, share(wrong, unit * hypotenuse(a, b)))
    }
    return worst
  }
  return measure('RoPE', cases, '2^-24 of the pair', error, 2 + Math.SQRT1_2 + 0.001)
}

const headSize = 64

/** A score: alignment of the query, one rounding, and the cut to multiples of 2^-20. */
function scoreError(cases: number, random: Random): MeasuredError {
  const error = () => {
    const [query, key] = drawScored(random)
    const cached = cachedVector(key, random.chance(0.5) ? 'int8' : 'int16')
    const stored = Float64Array.from(cached.codes, (code) => code * cached.scale)
    const score = attentionScores(query, [cached], mantissaBits)[0]!
    const exact = dotProduct(query, stored)
    return share(Math.abs(score * 2 ** -20 - exact), scoreBound(query, stored))
  }
  return measure(`attention score, M = ${mantissaBits}`, cases, 'bound', error, 1)
}

/** A query and a key whose score is within the range of scores. */
function drawScored(random: Random): [query: Float32Array, key: Float32Array] {
  for (;;) {
    const query = drawVector(random, headSize)
    const key = drawVector(random, headSize)
    const size = 2 ** random.integer(-4, 9) / (headSize * largestMagnitude(key))
    const sized = key.map((value) => value * Math.min(size / largestMagnitude(query), 2 ** 10))
    if (largestMagnitude(sized) > 2 ** -12) return [query, sized]
  }
}

function scoreBound(query: Float32Array, key: ArrayLike<number>): number {
  let magnitude = 0
  for (let i = 0; i < key.length; i++) magnitude += Math.abs(key[i]!)
  const alignment = alignmentBound(mantissaBits) * largestMagnitude(query) * magnitude
  return alignment + unit * 2 * largestMagnitude(query) * magnitude + 2 ** -20
}

/** Means of values with weights 2^z, against the exact mean with the same scores. */
function softmaxError(cases: number, positions: number, random: Random): MeasuredError {
  const error = () => {
    const spread = random.integer(0, 26)
    const scores = Float64Array.from({ length: positions }, () =>
      random.integer(-(2 ** spread), 2 ** spread),
    )
    const values = Array.from({ length: positions }, () =>
      cachedVector(drawVector(random, lanes, [-6, 6]), 'int8'),
    )
    const stored = values.map(({ codes, scale }) => Array.from(codes, (code) => code * scale))
    const exact = exactMix(
      Array.from(scores, (score) => score * 2 ** -20),
      stored,
    )
    const largest = Math.max(...stored.map((value) => Math.max(...value.map(Math.abs))))
    return largestError(softmaxMix(scores, values), (i) => exact[i]!) / (unit * largest)
  }
  const what = `softmax and mix, ${positions} positions`
  return measure(what, cases, '2^-24 of the largest |v|', error, mixBound(positions))
}

/** Numerator and denominator: each position one addition; weights; products with scale and code; the division. */
function mixBound(positions: number): number {
  return 1.001 * (2 * positions + 2 * functionBounds.exp2 + 2 + functionBounds.reciprocal + 1)
}

/** The whole attention of a head, against exact softmax over keys and values before they were stored. */
function attentionErrors(cases: number, format: KvFormat, random: Random): MeasuredError[] {
  const what = `attention, KV cache ${format}, ${attentionPositions} positions`
  return [
    measure(
      `${what}, scores to 2^-2..2^4`,
      cases,
      'bound',
      () => {
        const { wrong, bound } = attentionCase(format, random.integer(-2, 4), random)
        return share(wrong, bound)
      },
      1,
    ),
    measure(`${what}, scores to 2^2`, cases, 'largest |v|', () => {
      const { wrong, largestValue } = attentionCase(format, 2, random)
      return wrong / largestValue
    }),
  ]
}

const attentionPositions = 64

/** @param spread of the scores, in powers of two */
function attentionCase(format: KvFormat, spread: number, random: Random) {
  const query = drawVector(random, headSize, [-3, 0])
  const heads = (range: readonly [number, number]) =>
    Array.from({ length: attentionPositions }, () => drawVector(random, headSize, range))
  const [keys, values] = [heads([-4, 1]), heads([-2, 1])]
  const scores = keys.map((key) => Math.abs(dotProduct(query, key)))
  const factor = 2 ** spread / Math.max(...scores)
  const sized = query.map((value) => value * factor)
  const cached = (x: Float32Array) => cachedVector(x, format)
  const cache = { keys: keys.map(cached), values: values.map(cached) }
  const exact = exactMix(
    keys.map((key) => dotProduct(sized, key)),
    values,
  )
  const wrong = largestError(attend(sized, cache, mantissaBits), (i) => exact[i]!)
  const largestValue = Math.max(...values.map(largestMagnitude))
  return {
    wrong,
    largestValue,
    bound: attentionBound(format, sized, keys, cache.keys, largestValue),
  }
}

/**
 * Scores that are wrong by up to `e` change each weight, of all of them, by a factor of up to 2^(2 e); the values are
 * wrong by what storing them costs; and the mean is wrong by its roundings.
 */
function attentionBound(
  format: KvFormat,
  query: Float32Array,
  keys: readonly Float32Array[],
  cachedKeys: readonly CachedVector[],
  largestValue: number,
): number {
  const sum = query.reduce((total, value) => total + Math.abs(value), 0)
  const scoreErrors = keys.map((key, t) => {
    const { codes, scale } = cachedKeys[t]!
    const stored = Float64Array.from(codes, (code) => code * scale)
    return sum * cacheBound(format, largestMagnitude(key)) + scoreBound(query, stored)
  })
  const ofWeights = (2 ** (2 * Math.max(...scoreErrors)) - 1) * largestValue
  const ofValues = cacheBound(format, largestValue)
  return ofWeights + ofValues + mixBound(attentionPositions) * unit * (largestValue + ofValues)
}

function swigluError(cases: number, random: Random): MeasuredError {
  const error = () => {
    const gate = drawVector(random, 16, [-20, 8])
    const up = drawVector(random, 16)
    const result = swiglu(gate, up)
    return result.reduce((worst, value, i) => {
      const [g, u] = [gate[i]!, up[i]!]
      const exact = (g / (1 + Math.exp(-g))) * u
      return Math.max(worst, share(Math.abs(value - exact), unit * Math.abs(g * u)))
    }, 0)
  }
  // The function, the cut of its argument (slope at most 1/4, 2^-16 in 2^-24 units is 256), two roundings.
  return measure('SwiGLU', cases, '2^-24 of |g u|', error, functionBounds.sigmoid + 64 + 2)
}

function residualError(cases: number, random: Random): MeasuredError {
  const error = () => {
    const [x, y] = [drawVector(random, 1)[0]!, drawVector(random, 1)[0]!]
    return share(Math.abs(round32(x + y) - (x + y)), unit * Math.abs(x + y))
  }
  return measure('residual', cases, '2^-24 of the result', error, 1)
}

/** Logits, from the residual stream: norm, alignment, product, the norm's factor. */
function headError(cases: number, random: Random): MeasuredError {
  const length = 172
  const groups = Math.ceil(length / group)
  const bound =
    alignmentBound(mantissaBits) * (1 + 2 * unit) + (groups + 4 + normBound(length)) * unit
  const error = () => {
    const matrix = withoutOffsets(drawMatrix(8, random))
    const product = new MatrixProduct(matrix, { mantissaBits, digitBits: 8 })
    const x = drawVector(random, length, [-10, 10])
    const norm = drawVector(random, length, [-3, 3])
    const factor = exactNorm(x)
    const logits = scaled(
      product.times(scaled(x, norm)),
      normFactor(x, { vectorLanes: lanes }, epsilon),
    )
    const y = Float32Array.from(x, (value, i) => value * norm[i]!)
    return logits.reduce((worst, logit, row) => {
      let exact = 0
      for (let i = 0; i < length; i++) exact += weightOf(matrix, row, i) * x[i]! * norm[i]!
      const magnitude = factor * alignedMagnitude(matrix, row, y)
      return Math.max(worst, share(Math.abs(logit - factor * exact), magnitude))
    }, 0)
  }
  return measure(`head, M = ${mantissaBits}`, cases, 'r sum |w| a', error, bound)
}

/** Means of vectors with weights 2^score. */
function exactMix(scores: readonly number[], values: readonly ArrayLike<number>[]): Float64Array {
  const largest = Math.max(...scores)
  const weights = scores.map((score) => 2 ** (score - largest))
  const sum = weights.reduce((a, b) => a + b, 0)
  return Float64Array.from({ length: values[0]!.length }, (_, i) =>
    weights.reduce((total, weight, t) => total + (weight / sum) * values[t]![i]!, 0),
  )
}

function dotProduct(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function largestError(values: Float32Array, exact: (i: number) => number): number {
  return values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - exact(i))), 0)
}

/** Error over unit; nothing of nothing is nothing. */
function share(error: number, of: number): number {
  return error === 0 ? 0 : error / of
}
