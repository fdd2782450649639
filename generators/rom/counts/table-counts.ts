import type { RomContents } from '../../../src/hdl/index.js'
import { columnsOf, type RomCounts } from './counts.js'

/** Functions of so few address bits are few, and shared by many columns. */
const sharedLevels = 3

/**
 * Counts the truth table's multiplexers: nodes of the reduced ordered binary decision diagram that all columns share
 * (Bryant 1986), the lowest address bit nearest to the constants. Those of the lowest three address bits are counted
 * apart: there are at most 2 + 12 + 240 of them, whatever the depth.
 */
export function countTable(contents: RomContents): RomCounts {
  const { addressWidth } = contents
  const nodes = nodesByLevel(contents)
  const sum = (levels: readonly number[]) => levels.reduce((total, count) => total + count, 0)
  const total = sum(nodes)
  const constant = total === 0 ? 0 : 1
  return {
    area: {
      constant,
      lowNodes: sum(nodes.slice(0, sharedLevels)),
      highNodes: sum(nodes.slice(sharedLevels)),
    },
    path: { constant, addressBits: constant * addressWidth },
    load: { widestLevel: nodes.reduce((a, b) => Math.max(a, b), 0) },
  }
}

/** Nodes of the diagram that test each address bit, the lowest first. */
export function nodesByLevel(contents: RomContents): number[] {
  const { depth, addressWidth } = contents
  /** What each column holds at the addresses that share their high bits, as the number of a function. */
  let functions = columnsOf(contents).map((bits) => Int32Array.from(bits))
  let length = depth
  let known = 2
  return Array.from({ length: addressWidth }, () => {
    const numbers = new Map<number, number>()
    length = Math.ceil(length / 2)
    functions = functions.map((lower) =>
      Int32Array.from({ length }, (_, i) => {
        const [low, high] = [lower[2 * i]!, lower[2 * i + 1] ?? 0]
        if (low === high) return low
        const key = low * 2 ** 26 + high
        const number = numbers.get(key) ?? known + numbers.size
        numbers.set(key, number)
        return number
      }),
    )
    known += numbers.size
    return numbers.size
  })
}
