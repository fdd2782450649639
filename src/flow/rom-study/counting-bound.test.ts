import { expect, test } from 'vitest'
import { RomContents } from '../../hdl/index.js'
import { countingBound, entropyBits } from './counting-bound.js'

test('entropy of symbols by their frequencies', () => {
  const even = RomContents.fromWords(4, [0b0100, 0b0100, 0b0001, 0b0001])
  expect(entropyBits(even, 2)).toBeCloseTo(8)
  expect(entropyBits(even, 1)).toBeCloseTo(4 * Math.log2(4) + 12 * Math.log2(4 / 3))
  expect(entropyBits(RomContents.fromWords(8, [0, 0]), 4)).toBe(0)
})

test('no entropy needs no transistor', () => {
  expect(countingBound(0, { addressWidth: 4, width: 8 })).toBe(0)
})

/**
 * All functions of three inputs, computed by trying every circuit with at most three generic gates: no bound may say
 * that more transistors are needed than some circuits have.
 */
test('small circuits compute no more functions than the bound allows', () => {
  const reached = functionsByTransistors(12)
  for (const [transistors, functions] of reached) {
    const entropy = Math.log2(functions)
    expect(countingBound(entropy, { addressWidth: 3, width: 1 })).toBeLessThanOrEqual(transistors)
  }
  expect(reached.get(12)).toBeGreaterThan(40)
})

test('more entropy and more outputs to choose from', () => {
  const ports = { addressWidth: 8, width: 64 }
  const bounds = [1000, 4000, 16_000, 64_000].map((entropy) => countingBound(entropy, ports))
  for (const [i, bound] of bounds.entries()) {
    if (i === 0) continue
    expect(bound).toBeGreaterThan(2 * bounds[i - 1]!)
    expect(bound).toBeLessThan(4 * bounds[i - 1]! + 4000)
  }
})

test('1,024 x 128 trits with 42.2 % zeros', () => {
  const trit = -0.422 * Math.log2(0.422) - 0.578 * Math.log2(0.289)
  const bound = countingBound(1024 * 128 * trit, { addressWidth: 10, width: 256 })
  expect(bound).toBeCloseTo(42_616, -1)
  // G two-input gates name about G (log2 G + 3) bits: some 11,000 gates of four transistors.
  expect(bound / (4 * 11_000)).toBeCloseTo(1, 1)
})

/** Functions of three inputs by the transistors of their circuits, constants and inputs included. */
function functionsByTransistors(limit: number): Map<number, number> {
  const mask = 0xff
  const gates: readonly [number, number, (...of: number[]) => number][] = [
    [2, 1, (a) => ~a!],
    [4, 2, (a, b) => ~(a! & b!)],
    [4, 2, (a, b) => ~(a! | b!)],
    [6, 3, (a, b, c) => ~((a! & b!) | c!)],
    [6, 3, (a, b, c) => ~((a! | b!) & c!)],
    [8, 4, (a, b, c, d) => ~((a! & b!) | (c! & d!))],
    [8, 4, (a, b, c, d) => ~((a! | b!) & (c! | d!))],
  ]
  const cheapest = new Map<number, number>()
  const visit = (wires: readonly number[], cost: number) => {
    for (const wire of wires) cheapest.set(wire, Math.min(cheapest.get(wire) ?? Infinity, cost))
    for (const [transistors, inputs, compute] of gates) {
      if (cost + transistors > limit || wires.length >= 3 + 2 + 3) continue
      for (let choice = 0; choice < wires.length ** inputs; choice++) {
        const chosen = Array.from(
          { length: inputs },
          (_, i) => wires[Math.floor(choice / wires.length ** i) % wires.length]!,
        )
        const wire = compute(...chosen) & mask
        if (!wires.includes(wire)) visit([...wires, wire], cost + transistors)
      }
    }
  }
  visit([0xaa, 0xcc, 0xf0, 0, mask], 0)
  return new Map(
    Array.from({ length: limit / 2 + 1 }, (_, i) => {
      const within = [...cheapest.values()].filter((cost) => cost <= 2 * i)
      return [2 * i, within.length]
    }),
  )
}
