import type { Random } from '../../src/common/random.js'

/**
 * A vector that is not zero, of one of the kinds that numbers go wrong with: even, of mixed exponents, sparse, equal
 * magnitudes of either sign, next to powers of two.
 *
 * @param powers of two between which the largest magnitude lies
 */
export function drawVector(
  random: Random,
  length: number,
  [low, high]: readonly [number, number] = [-30, 30],
): Float32Array {
  const power = 2 ** random.integer(low, high - 1)
  const size = (1 + random.fraction()) * power
  const sign = () => (random.chance(0.5) ? 1 : -1)
  const draw = [
    () => (2 * random.fraction() - 1) * size,
    () => sign() * random.fraction() * size * 2 ** -random.integer(0, 20),
    () => (random.chance(0.1) ? sign() * size * random.fraction() : 0),
    () => sign() * size,
    () => sign() * power * (2 - 2 ** -random.integer(10, 23)) * 2 ** -random.integer(0, 3),
  ][random.integer(0, 4)]!
  const vector = Float32Array.from({ length }, draw)
  vector[random.integer(0, length - 1)] = sign() * size
  return vector
}

export function largestMagnitude(vector: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i]!))
  return largest
}

export function hypotenuse(a: number, b: number): number {
  return Math.sqrt(a * a + b * b)
}
