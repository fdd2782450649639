import type { RomContents } from '../../../src/hdl/index.js'
import { columnsOf, type RomCounts, treeLevels } from './counts.js'

/**
 * Counts a B-ROM with blocks of `block` addresses as `blockRom` builds it: lines of the decoder (blocks that are not
 * all zero), pattern lines (different patterns of each block, but for zero), inputs of the columns' ORs, and patterns
 * that occur anywhere.
 */
export function countBlockRom(contents: RomContents, block: number): RomCounts {
  const { depth, addressWidth } = contents
  const columns = columnsOf(contents)
  const blocksOf = new Int32Array(2 ** block)
  const inputsOf = new Int32Array(columns.length)
  const lastBlock = new Int32Array(2 ** block).fill(-1)
  let [decoderLines, patternLines, mostLines] = [0, 0, 0]
  for (let g = 0; g * block < depth; g++) {
    let lines = 0
    for (const [column, bits] of columns.entries()) {
      let pattern = 0
      for (let a = Math.min(block, depth - g * block) - 1; a >= 0; a--) {
        pattern = (pattern << 1) | bits[g * block + a]!
      }
      if (pattern === 0) continue
      inputsOf[column]!++
      if (lastBlock[pattern] === g) continue
      lastBlock[pattern] = g
      blocksOf[pattern]!++
      lines++
    }
    if (lines > 0) decoderLines++
    patternLines += lines
    mostLines = Math.max(mostLines, lines)
  }
  const orInputs = inputsOf.reduce((sum, inputs) => sum + inputs, 0)
  const constant = orInputs === 0 ? 0 : 1
  return {
    area: {
      constant,
      addressBits: constant * addressWidth,
      decoderLines,
      patternLines,
      orInputs,
      patterns: blocksOf.filter((blocks) => blocks > 0).length,
    },
    path: {
      constant,
      addressBits: constant * addressWidth,
      orLevels: treeLevels(inputsOf.reduce((most, inputs) => Math.max(most, inputs), 0)),
    },
    load: {
      linesOfBlock: mostLines,
      blocksOfPattern: blocksOf.reduce((most, blocks) => Math.max(most, blocks), 0),
    },
  }
}
