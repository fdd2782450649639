import type { UnsignedBits } from '../../common/code-bits.js'
import { FLOAT16_MAX, float16ToNumber, numberToFloat16 } from '../../common/float16.js'
import { fitGroup } from '../group-quantizer.js'
import type { QuantizationFormat } from '../quantize-matrix.js'
import { cholesky, inverse } from './cholesky.js'

/** One row in the chip's numbers. */
export interface QuantizedRow {
  readonly codes: Uint8Array
  readonly scales: Uint16Array
  readonly zeroPoints: Uint8Array
}

/** Shares of the range of a group that the first fit tries. */
const RANGES = [1, 0.95, 0.9, 0.85, 0.8, 0.72]
const LARGEST_ROUNDS = 12

/**
 * Quantises rows of weights so that (w - v)^T H (w - v) is small, where v are the values and H the second moments of
 * the inputs. First as GPTQ does (Frantar et al., arXiv 2210.17323): column by column, each rounding error spread
 * over the columns to come; then codes, scales and zero-points are improved one at a time while that helps. The nearest values,
 * improved the same way, are a candidate too, so that the result is never worse than they are.
 */
export class RowQuantizer {
  /** Rows of the inverse's lower Cholesky factor, transposed. */
  readonly #spread: Float64Array
  readonly #largestCode: number
  /** All values of a group by the same. */
  readonly #shifts: readonly Direction[]
  /** The steps of a group's codes. */
  readonly #stretch: Direction
  readonly #differences: Float64Array

  /** @param moments H, symmetric positive definite, [columns, columns] */
  constructor(
    private readonly moments: Float64Array,
    private readonly columns: number,
    private readonly format: QuantizationFormat & { readonly bits: UnsignedBits },
  ) {
    this.#largestCode = 2 ** format.bits - 1
    this.#spread = transposed(cholesky(inverse(moments, columns), columns), columns)
    const { group } = format
    this.#shifts = Array.from({ length: Math.ceil(columns / group) }, (_, index) => {
      const shift = new Direction(moments, columns, index * group, group)
      shift.steps.fill(1)
      shift.measure()
      return shift
    })
    this.#stretch = new Direction(moments, columns, 0, group)
    this.#differences = new Float64Array(columns)
  }

  /** The best row that the search finds. @param weights as many as columns */
  quantize(weights: Float64Array): QuantizedRow {
    const best = this.#nearest(weights)
    this.#improve(best)
    for (const range of RANGES) {
      const state = this.#columnByColumn(weights, range)
      this.#improve(state)
      if (state.error < best.error) Object.assign(best, state)
    }
    const { codes, scales, zeroPoints } = best
    return {
      codes,
      scales: Uint16Array.from(scales, numberToFloat16),
      zeroPoints,
    }
  }

  /** The nearest values, without regard to H. */
  #nearest(target: Float64Array): RowState {
    const { columns, format } = this
    const state = this.#empty(target)
    const weights = Float32Array.from(target)
    for (let group = 0; group < state.scales.length; group++) {
      const first = group * format.group
      const end = Math.min(first + format.group, columns)
      const fit = fitGroup(weights.subarray(first, end), this.#largestCode, 'search')
      state.scales[group] = float16ToNumber(fit.scale)
      state.zeroPoints[group] = fit.zeroPoint
      for (let i = first; i < end; i++) this.#encode(state, i, weights[i]!)
    }
    this.#measure(state)
    return state
  }

  #empty(target: Float64Array): RowState {
    const { columns, format } = this
    const groups = Math.ceil(columns / format.group)
    return {
      target,
      codes: new Uint8Array(columns),
      scales: new Float64Array(groups),
      zeroPoints: new Uint8Array(groups),
      values: new Float64Array(columns),
      gradient: new Float64Array(columns),
      error: 0,
    }
  }

  #columnByColumn(target: Float64Array, range: number): RowState {
    const { columns, format } = this
    const state = this.#empty(target)
    const rest = Float64Array.from(target)
    for (let i = 0; i < columns; i++) {
      const group = Math.floor(i / format.group)
      if (i % format.group === 0) this.#fitGroup(state, group, rest, range)
      this.#encode(state, i, rest[i]!)
      const from = i * columns
      const scaled = (rest[i]! - state.values[i]!) / this.#spread[from + i]!
      for (let j = i + 1; j < columns; j++) rest[j]! -= scaled * this.#spread[from + j]!
    }
    this.#measure(state)
    return state
  }

  /** A step and a zero-point for the range of the group's weights and zero. */
  #fitGroup(state: RowState, group: number, weights: Float64Array, range: number): void {
    const first = group * this.format.group
    let low = 0
    let high = 0
    for (let i = first; i < Math.min(first + this.format.group, this.columns); i++) {
      low = Math.min(low, weights[i]! * range)
      high = Math.max(high, weights[i]! * range)
    }
    const scale = toFloat16((high - low) / this.#largestCode)
    state.scales[group] = scale
    state.zeroPoints[group] =
      scale === 0 ? 0 : Math.min(this.#largestCode, Math.floor(-low / scale + 0.5))
  }

  #encode(state: RowState, i: number, weight: number): void {
    const group = Math.floor(i / this.format.group)
    const scale = state.scales[group]!
    const zeroPoint = state.zeroPoints[group]!
    const code = scale === 0 ? zeroPoint : Math.floor(weight / scale + zeroPoint + 0.5)
    state.codes[i] = Math.max(0, Math.min(this.#largestCode, code))
    state.values[i] = scale * (state.codes[i]! - zeroPoint)
  }

  /** Gradient H (w - v) and error of a state, from scratch. */
  #measure(state: RowState): void {
    const { columns, moments } = this
    const { target, values, gradient } = state
    const differences = this.#differences
    for (let i = 0; i < columns; i++) differences[i] = target[i]! - values[i]!
    rowsTimes(moments, columns, 0, columns, differences, 0, columns, gradient)
    state.error = 0
    for (let i = 0; i < columns; i++) state.error += gradient[i]! * differences[i]!
  }

  #improve(state: RowState): void {
    for (let round = 0; round < LARGEST_ROUNDS; round++) {
      const before = state.error
      this.#improveCodes(state)
      this.#improveScales(state)
      this.#improveZeroPoints(state)
      this.#measure(state)
      if (before - state.error <= 1e-6 * before) break
    }
  }

  /** Every code in turn becomes the best one while the others stay. */
  #improveCodes(state: RowState): void {
    const { columns, moments } = this
    for (let pass = 0, changed = true; changed && pass < LARGEST_ROUNDS; pass++) {
      changed = false
      for (let i = 0; i < columns; i++) {
        const old = state.values[i]!
        const oldCode = state.codes[i]!
        this.#encode(state, i, old + state.gradient[i]! / moments[i * columns + i]!)
        if (state.codes[i] === oldCode) continue
        const step = state.values[i]! - old
        for (let j = 0; j < columns; j++) state.gradient[j]! -= moments[i * columns + j]! * step
        changed = true
      }
    }
  }

  /** Every scale in turn becomes the best one for its codes. */
  #improveScales(state: RowState): void {
    const direction = this.#stretch
    for (let group = 0; group < state.scales.length; group++) {
      const zeroPoint = state.zeroPoints[group]!
      direction.first = group * this.format.group
      for (let i = 0; i < direction.count; i++) {
        direction.steps[i] = state.codes[direction.first + i]! - zeroPoint
      }
      direction.measure()
      if (direction.curvature === 0) continue
      const slope = direction.slope(state.gradient)
      const old = state.scales[group]!
      const wanted = old + slope / direction.curvature
      if (!(wanted > 0 && wanted <= FLOAT16_MAX)) continue
      const change = toFloat16(wanted) - old
      if (2 * slope * change <= direction.curvature * change * change) continue
      state.scales[group] = old + change
      direction.move(state, change)
    }
  }

  /** Every zero-point moves by one where that helps, all values of its group by a step. */
  #improveZeroPoints(state: RowState): void {
    for (let group = 0; group < state.scales.length; group++) {
      const direction = this.#shifts[group]!
      const slope = direction.slope(state.gradient)
      const change = Math.sign(slope) * state.scales[group]!
      const zeroPoint = state.zeroPoints[group]! - Math.sign(slope)
      if (zeroPoint < 0 || zeroPoint > this.#largestCode) continue
      if (2 * slope * change <= direction.curvature * change * change) continue
      state.zeroPoints[group] = zeroPoint
      direction.move(state, change)
    }
  }
}

interface RowState {
  readonly target: Float64Array
  readonly codes: Uint8Array
  /** Values that binary16 has. */
  readonly scales: Float64Array
  readonly zeroPoints: Uint8Array
  readonly values: Float64Array
  /** H (target - values) */
  readonly gradient: Float64Array
  error: number
}

/** A direction in which the values of one group can move together. */
class Direction {
  readonly steps: Float64Array
  /** steps' H steps */
  curvature = 0
  readonly #image: Float64Array

  /** @param first column of the group */
  constructor(
    private readonly moments: Float64Array,
    private readonly columns: number,
    public first: number,
    private readonly group: number,
  ) {
    this.steps = new Float64Array(group)
    this.#image = new Float64Array(columns)
  }

  /** Values of the group. */
  get count(): number {
    return Math.min(this.group, this.columns - this.first)
  }

  /** Finds the curvature of the steps. */
  measure(): void {
    const { first, count, steps } = this
    this.#project(first, first + count)
    this.curvature = 0
    for (let i = 0; i < count; i++) this.curvature += this.#image[first + i]! * steps[i]!
  }

  /** By how much the error falls along the steps, halved. */
  slope(gradient: Float64Array): number {
    let slope = 0
    for (let i = 0; i < this.count; i++) slope += this.steps[i]! * gradient[this.first + i]!
    return slope
  }

  move({ values, gradient }: RowState, distance: number): void {
    const { first, count, columns, steps } = this
    this.#project(0, first)
    this.#project(first + count, columns)
    for (let i = 0; i < count; i++) values[first + i]! += steps[i]! * distance
    for (let j = 0; j < columns; j++) gradient[j]! -= this.#image[j]! * distance
  }

  /** Rows `from` to `end` of H times the steps. */
  #project(from: number, end: number): void {
    const { moments, columns, steps, first, count } = this
    rowsTimes(moments, columns, from, end, steps, first, count, this.#image)
  }
}

/**
 * Rows `from` to `end` of a square matrix, their columns from `first` on, times `count` numbers. Sums have their terms
 * in order.
 */
function rowsTimes(
  matrix: Float64Array,
  columns: number,
  from: number,
  end: number,
  numbers: Float64Array,
  first: number,
  count: number,
  result: Float64Array,
): void {
  let row = from
  for (; row + 3 < end; row += 4) {
    const start = row * columns + first
    let sum0 = 0
    let sum1 = 0
    let sum2 = 0
    let sum3 = 0
    for (let i = 0; i < count; i++) {
      const number = numbers[i]!
      const at = start + i
      sum0 += matrix[at]! * number
      sum1 += matrix[at + columns]! * number
      sum2 += matrix[at + 2 * columns]! * number
      sum3 += matrix[at + 3 * columns]! * number
    }
    result[row] = sum0
    result[row + 1] = sum1
    result[row + 2] = sum2
    result[row + 3] = sum3
  }
  for (; row < end; row++) {
    let sum = 0
    for (let i = 0; i < count; i++) sum += matrix[row * columns + first + i]! * numbers[i]!
    result[row] = sum
  }
}

function transposed(matrix: Float64Array, size: number): Float64Array {
  return Float64Array.from(matrix, (_, i) => matrix[(i % size) * size + Math.floor(i / size)]!)
}

function toFloat16(value: number): number {
  return float16ToNumber(numberToFloat16(value))
}
