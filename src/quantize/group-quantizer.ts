import { FLOAT16_MAX, float16ToNumber, numberToFloat16 } from '../common/float16.js'

/** How the range of a group is chosen: searched for the least squared error, or from its extremes. */
export type Clipping = 'search' | 'none'

/** Scale and zero-point of one group, and what they cost. */
export interface GroupFit {
  /** Binary16 pattern, never negative. */
  readonly scale: number
  readonly zeroPoint: number
  /** Sum of squared differences between the weights and their codes' values, with the rounded scale. */
  readonly squaredError: number
}

/** Zero-points that the search tries on each side of the one that the extremes give. */
const ZERO_POINT_REACH = 2

/** Step widths that the search tries, as factors of the one that the extremes give: 0.5 to 1.2. */
const STEP_FACTORS = Array.from({ length: 16 }, (_, i) => 0.5 + (0.7 * i) / 15)

const LARGEST_REFINEMENTS = 3

/**
 * Chooses scale and zero-point of one group of finite weights for codes of 0 to `largestCode`.
 *
 * Without search the range is that of the weights and zero, the step is the range over `largestCode`, rounded to
 * binary16, and the zero-point is the nearest whole number of steps. The search tries neighbouring zero-points with
 * narrower and slightly wider steps, which clips the range from below, from above or on both sides, and improves
 * each zero-point's best step by least squares while that helps. The fit without search is its first candidate, so
 * that the result is never worse; of equal candidates the first stays.
 *
 * @throws RangeError when the step is beyond binary16.
 */
export function fitGroup(weights: Float32Array, largestCode: number, clipping: Clipping): GroupFit {
  let low = 0
  let high = 0
  for (let i = 0; i < weights.length; i++) {
    low = Math.min(low, weights[i]!)
    high = Math.max(high, weights[i]!)
  }
  const step = (high - low) / largestCode
  const scale = numberToFloat16(step)
  const roundedStep = float16ToNumber(scale)
  const zeroPoint =
    roundedStep === 0 ? 0 : Math.min(largestCode, Math.floor(-low / roundedStep + 0.5))
  let best: GroupFit = {
    scale,
    zeroPoint,
    squaredError: squaredError(weights, roundedStep, zeroPoint, largestCode, Infinity),
  }
  if (clipping === 'none' || roundedStep === 0) return best
  const lowest = Math.max(0, zeroPoint - ZERO_POINT_REACH)
  const highest = Math.min(largestCode, zeroPoint + ZERO_POINT_REACH)
  for (let candidate = lowest; candidate <= highest; candidate++) {
    const fit = fitStep(weights, step, candidate, largestCode)
    if (fit.squaredError < best.squaredError) best = fit
  }
  return best
}

/** Writes the codes of a group: nearest values, ties upwards, clipped to the range of the codes. */
export function encodeGroup(
  weights: Float32Array,
  fit: Pick<GroupFit, 'scale' | 'zeroPoint'>,
  largestCode: number,
  codes: Uint8Array,
): void {
  const inverse = inverseOf(float16ToNumber(fit.scale))
  const shift = fit.zeroPoint + 0.5
  for (let i = 0; i < weights.length; i++) {
    codes[i] = codeOf(weights[i]!, inverse, shift, largestCode)
  }
}

function fitStep(
  weights: Float32Array,
  step: number,
  zeroPoint: number,
  largestCode: number,
): GroupFit {
  let best: GroupFit = { scale: 0, zeroPoint, squaredError: Infinity }
  for (const factor of STEP_FACTORS) {
    best = betterStep(weights, step * factor, largestCode, best)
  }
  for (let i = 0; i < LARGEST_REFINEMENTS; i++) {
    const refined = betterStep(
      weights,
      leastSquaresStep(weights, best, largestCode),
      largestCode,
      best,
    )
    if (refined === best) break
    best = refined
  }
  return best
}

/** `best`, or the fit with this step when it has less error. */
function betterStep(
  weights: Float32Array,
  step: number,
  largestCode: number,
  best: GroupFit,
): GroupFit {
  if (!(step > 0 && step <= FLOAT16_MAX)) return best
  const scale = numberToFloat16(step)
  const { zeroPoint, squaredError: limit } = best
  const error = squaredError(weights, float16ToNumber(scale), zeroPoint, largestCode, limit)
  return error < limit ? { scale, zeroPoint, squaredError: error } : best
}

/** The step that fits the weights best while their codes stay; not positive when there is none. */
function leastSquaresStep(weights: Float32Array, fit: GroupFit, largestCode: number): number {
  const inverse = inverseOf(float16ToNumber(fit.scale))
  const shift = fit.zeroPoint + 0.5
  let products = 0
  let squares = 0
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!
    const steps = codeOf(weight, inverse, shift, largestCode) - fit.zeroPoint
    products += weight * steps
    squares += steps * steps
  }
  return squares === 0 ? 0 : products / squares
}

/** Sum of squared errors of a group, or something not below `limit` once it cannot be below. */
function squaredError(
  weights: Float32Array,
  step: number,
  zeroPoint: number,
  largestCode: number,
  limit: number,
): number {
  const inverse = inverseOf(step)
  const shift = zeroPoint + 0.5
  let sum = 0
  for (let i = 0; i < weights.length && sum < limit; i++) {
    const weight = weights[i]!
    const code = codeOf(weight, inverse, shift, largestCode)
    const difference = weight - step * (code - zeroPoint)
    sum += difference * difference
  }
  return sum
}

function inverseOf(step: number): number {
  return step === 0 ? 0 : 1 / step
}

/** The code of a weight; `shift` is the zero-point and a half, so that rounding down is rounding to nearest. */
function codeOf(weight: number, inverse: number, shift: number, largestCode: number): number {
  const code = Math.floor(weight * inverse + shift)
  if (code < 0) return 0
  if (code > largestCode) return largestCode
  return code
}
