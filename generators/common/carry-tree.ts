import { type Bool, cat, type SInt, uint } from '../../src/hdl/index.js'

/**
 * `a + b + carry`, exact, in one adder: the carry enters below the lowest bit, beside a constant 1.
 */
export function addWithCarry(a: SInt, b: SInt, carry: Bool): SInt {
  const width = Math.max(a.width, b.width) + 1
  const one = uint(1).literal(1)
  const sum = cat(a.extend(width), one).add(cat(b.extend(width), carry))
  return sum.bits(width, 1).asSigned()
}

/**
 * The sum of `values` and of the bits `carries`, of which there are no more than values, in a balanced tree
 * whose adders each take one carry in. A carry that finds no adder is left.
 */
export function sumWithCarries(
  values: readonly SInt[],
  carries: readonly Bool[],
): { sum: SInt; left: readonly Bool[] } {
  const waiting = [...carries]
  let level = values
  while (level.length > 1) {
    const above: SInt[] = []
    for (let i = 0; i + 1 < level.length; i += 2) {
      const carry = waiting.shift()
      const [a, b] = [level[i]!, level[i + 1]!]
      above.push(carry === undefined ? a.add(b) : addWithCarry(a, b, carry))
    }
    if (level.length % 2 === 1) above.push(level.at(-1)!)
    level = above
  }
  const [sum] = level
  if (sum === undefined) throw new RangeError('a sum needs at least one value')
  return { sum, left: waiting }
}
