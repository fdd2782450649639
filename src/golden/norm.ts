import { add, multiply, treeSum } from './binary32-operations.js'
import { rsqrt } from './tabulated.js'

const accumulators = 4

/** How a vector comes to the norms. */
export interface BeatFormat {
  /** Numbers of a vector unit's beat. */
  readonly vectorLanes: number
  /** Vector units; 1 by default. */
  readonly columns?: number
  /** Numbers in a row that one vector unit has; needed where there are several. */
  readonly group?: number
}

/** The sum of the squares of a vector, in the beats of all vector units together; see docs/arithmetic.md. */
export function sumOfSquares(
  x: Float32Array,
  { vectorLanes, columns = 1, group = 1 }: BeatFormat,
): number {
  const units = columns === 1 ? [x] : dealtToUnits(x, columns, group)
  const sums = new Float32Array(accumulators)
  for (let beat = 0; beat * vectorLanes < units[0]!.length; beat++) {
    const squares = units.flatMap((unit) =>
      Array.from({ length: vectorLanes }, (_, lane) => {
        const value = unit[beat * vectorLanes + lane] ?? 0
        return multiply(value, value)
      }),
    )
    const at = beat % accumulators
    sums[at] = add(sums[at]!, treeSum(squares))
  }
  return treeSum(sums)
}

function dealtToUnits(x: Float32Array, columns: number, group: number): number[][] {
  const units = Array.from({ length: columns }, (): number[] => [])
  for (const [i, value] of x.entries()) units[Math.floor(i / group) % columns]!.push(value)
  return units
}

/** The factor of an RMSNorm: about 1 / sqrt(mean of squares + epsilon). */
export function normFactor(x: Float32Array, format: BeatFormat, epsilon: number): number {
  const mean = multiply(sumOfSquares(x, format), Math.fround(1 / x.length))
  return rsqrt(add(mean, Math.fround(epsilon)))
}

/** Elementwise product. */
export function scaled(x: Float32Array, by: Float32Array | number): Float32Array {
  return x.map((value, i) => multiply(value, typeof by === 'number' ? by : by[i]!))
}
