import type { RomContents } from '../../../src/hdl/index.js'
import { columnsOf, type RomCounts, treeLevels } from './counts.js'

/** Counts a sum of ones as `sumOfOnes` builds it: word lines that some column takes, and ones. */
export function countSumOfOnes(contents: RomContents): RomCounts {
  const { addressWidth } = contents
  const onesOfWord = new Int32Array(contents.depth)
  let most = 0
  for (const bits of columnsOf(contents)) {
    let ones = 0
    for (const [address, bit] of bits.entries()) {
      onesOfWord[address]! += bit
      ones += bit
    }
    most = Math.max(most, ones)
  }
  const ones = onesOfWord.reduce((sum, count) => sum + count, 0)
  const constant = ones === 0 ? 0 : 1
  const wordLines = onesOfWord.filter((count) => count > 0).length
  return {
    area: { constant, addressBits: constant * addressWidth, wordLines, ones },
    path: { constant, addressBits: constant * addressWidth, orLevels: treeLevels(most) },
    load: { onesOfWord: onesOfWord.reduce((a, b) => Math.max(a, b), 0) },
  }
}
