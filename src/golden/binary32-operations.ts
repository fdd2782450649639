import { round32 } from './binary32.js'

/** Sum in binary32. */
export function add(a: number, b: number): number {
  return round32(a + b)
}

/** Product in binary32. */
export function multiply(a: number, b: number): number {
  return round32(a * b)
}

/** Sum of numbers in a balanced tree, neighbours first. @param numbers as many as a power of two */
export function treeSum(numbers: ArrayLike<number>): number {
  let level = Array.from(numbers)
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      add(level[2 * i]!, level[2 * i + 1]!),
    )
  }
  return level[0]!
}
