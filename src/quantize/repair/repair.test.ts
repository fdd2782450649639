import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LowRankUpdate, updateMatrix } from '../../checkpoint/index.js'
import { Random } from '../../common/random.js'
import { quantizeAdapter } from '../adapter.js'
import { dampedMoments } from '../calibrated/input-moments.js'
import { quantizeMatrix } from '../quantize-matrix.js'
import { dequantize, type QuantizedMatrix } from '../quantized-matrix.js'
import { corrections } from './corrections.js'
import { type DefectiveProjection, repairProjection } from './index.js'
import { weightedSquares } from './weighted-norm.js'

const [outputs, inputs] = [24, 64]
const role = { kind: 'feed_forward.w2', layer: 1 } as const
const format = { rank: 8, group: 32 } as const

/** Second moments of inputs that are all alike. */
const independent = Float64Array.from({ length: inputs ** 2 }, (_, i) =>
  i % (inputs + 1) === 0 ? 1 : 0,
)

function numbers(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => 2 * random.fraction() - 1)
}

/** Inputs of very unequal size, some of which depend on each other. */
function unevenMoments(random: Random): Float64Array {
  const batch = numbers(random, 200 * inputs).map((value, i) => value * 4 ** -(i % 5))
  for (let first = 0; first < batch.length; first += inputs) batch[first + 9] = batch[first]!
  return dampedMoments(batch, inputs)
}

function withCodes(matrix: QuantizedMatrix, codes: ReadonlyMap<number, number>): QuantizedMatrix {
  const changed = matrix.codes.slice()
  for (const [index, code] of codes) changed[index] = code
  return { ...matrix, codes: changed }
}

/** A random matrix with the top bit of codes at random places flipped. */
function projection(
  seed: number,
  defects: number,
  rows = outputs,
  given?: LowRankUpdate,
): DefectiveProjection {
  const random = new Random(seed)
  const intact = quantizeMatrix(numbers(random, outputs * inputs), outputs, inputs, {
    bits: 4,
    group: 32,
  })
  const codes = new Map<number, number>()
  while (codes.size < defects) {
    const index = random.integer(0, rows * inputs - 1)
    codes.set(index, intact.codes[index]! ^ 8)
  }
  return {
    role,
    intact,
    defective: withCodes(intact, codes),
    moments: unevenMoments(random),
    ...(given && { given }),
  }
}

const repaired = (defective: DefectiveProjection) =>
  repairProjection(defective, format, 'defects.json')!

test('an intact projection is left alone', () => {
  const { intact, ...rest } = projection(1, 0)
  expect(repairProjection({ intact, ...rest }, format, 'defects.json')).toBeUndefined()
})

test('one defect a rank, each in a row of its own, is undone to the rounding of the scales', () => {
  const one = projection(2, 0)
  const codes = new Map(Array.from({ length: 8 }, (_, row) => [row * (inputs + 5), 15]))
  const repair = repaired({ ...one, defective: withCodes(one.intact, codes) })
  const wrong = [...codes.keys()].filter((index) => one.intact.codes[index] !== 15)
  expect(repair).toMatchObject({ defects: wrong.length, rank: wrong.length, method: 'rows' })
  expect(repair.error.after).toBeLessThan(2 ** -9 * repair.error.before)
})

test('whole rows in error, no more than the rank, are undone to half a step of INT8', () => {
  const repair = repaired(projection(3, 300, 8))
  expect(repair.rank).toBe(8)
  // Of 127 steps half of one at the most, in A and in B.
  expect(repair.error.after).toBeLessThan(repair.error.before / 127)
  expect(repair.error.after).toBeGreaterThan(0)
})

/** Error that is left, squared. */
function left(error: Float64Array, moments: Float64Array, update: LowRankUpdate): number {
  const changed = updateMatrix(update)
  for (const [i, value] of error.entries()) changed[i]! += value
  return weightedSquares(changed, inputs, moments)
}

test('no other correction of the rank leaves less than the weighted optimum', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: -12, max: 0, noNaN: true }),
      (seed, rank, defects, exponent) => {
        const random = new Random(seed)
        const moments = unevenMoments(random)
        const error = new Float64Array(outputs * inputs)
        for (let i = 0; i < defects; i++) {
          error[random.integer(0, error.length - 1)] = random.fraction() - 0.5
        }
        if (error.every((value) => value === 0)) return
        const leaves = ({ rank, a, b }: { rank: number; a: Float64Array; b: Float64Array }) =>
          left(error, moments, {
            rank,
            scale: 1,
            a: Float32Array.from(a),
            b: Float32Array.from(b),
          })
        const [optimum, rows] = corrections(error, inputs, moments, rank)
        const least = leaves(optimum)
        const slack = 1e-9 * weightedSquares(error, inputs, moments)
        expect(least).toBeLessThanOrEqual(leaves(rows) + slack)
        const [plain] = corrections(error, inputs, independent, rank)
        expect(least).toBeLessThanOrEqual(leaves(plain) + slack)
        const step = 10 ** exponent
        const moved = (values: Float64Array) =>
          values.map((value) => value + step * (random.fraction() - 0.5))
        const near = { ...optimum, a: moved(optimum.a), b: moved(optimum.b) }
        expect(least).toBeLessThanOrEqual(leaves(near) + slack)
      },
    ),
    { numRuns: 60 },
  )
})

test('with more rows in error than the rank, the repair in INT8 beats those for other inputs and random ones', () => {
  const seed = 5
  const damaged = projection(seed, 120)
  const { intact, defective, moments } = damaged
  const [right, wrong] = [dequantize(intact), dequantize(defective)]
  const after = (update: LowRankUpdate) => {
    const adapter = { path: 'x', format: 'PEFT', layers: [{ [role.kind]: update }] } as const
    const { a, b } = quantizeAdapter(adapter, format).layers[0]![role.kind]!
    const chip = { rank: format.rank, scale: 1, a: dequantize(a), b: dequantize(b) }
    const error = Float64Array.from(wrong, (weight, i) => weight - right[i]!)
    return Math.sqrt(left(error, moments, chip) / weightedSquares(right, inputs, moments))
  }
  const { error, update } = repaired(damaged)
  expect(error.after).toBeCloseTo(after(update), 10)
  expect(error.after).toBeLessThan(0.8 * error.before)
  const plain = repaired({ ...damaged, moments: independent }).update
  expect(error.after).toBeLessThan(0.95 * after(plain))
  const random = new Random(seed)
  const any = {
    rank: 8,
    scale: 0.01,
    a: numbers(random, 8 * inputs),
    b: numbers(random, outputs * 8),
  }
  expect(error.after).toBeLessThan(0.8 * after(any))
})

test('a given adapter keeps what it does, and takes its part of the rank', () => {
  const random = new Random(6)
  const given = {
    rank: 5,
    scale: 0.5,
    a: numbers(random, 5 * inputs),
    b: numbers(random, outputs * 5),
  }
  const repair = repaired(projection(6, 40, 3, given))
  expect(repair.rank).toBe(3)
  expect(repair.update.rank).toBe(8)
  expect(repair.error.after).toBeLessThan(0.05 * repair.error.before)
  const full = {
    ...given,
    rank: 8,
    a: numbers(random, 8 * inputs),
    b: numbers(random, outputs * 8),
  }
  expect(() => repaired(projection(6, 40, 3, full))).toThrow(RangeError)
})
