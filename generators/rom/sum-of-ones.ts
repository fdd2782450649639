import type { Bool, RomContents, UInt } from '../../src/hdl/index.js'
import { wordOf } from './any-of.js'
import { bitsOf, oneHot } from './decode.js'

/** A ROM as one word line an address, and in each column the OR of the word lines of its ones. */
export function sumOfOnes(address: UInt, contents: RomContents): UInt {
  const lines = oneHot(bitsOf(address), contents.depth)
  const columns: Bool[][] = Array.from({ length: contents.width }, (_, column) =>
    lines.filter((_, word) => contents.bit(word, column) === 1),
  )
  return wordOf(columns)
}
