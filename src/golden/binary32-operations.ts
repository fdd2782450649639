import { round32 } from './binary32.js'

/** Sum in binary32. */
export function add(a: number, b: number): number {
  return round32(a + b)
}

/** Product in binary32. */
export function multiply(a: number, b: number): number {
  return round32(a * b)
}

/** Sum of at least one number in a balanced tree (docs/arithmetic.md, L-Unit). */
export function treeSum(numbers: ArrayLike<number>): number {
  let level = Array.from(numbers)
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
      const right = level[2 * i + 1]
      return right === undefined ? level[2 * i]! : add(level[2 * i]!, right)
    })
  }
  return level[0]!
}
