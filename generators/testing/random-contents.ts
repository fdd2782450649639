import type { Random } from '../../src/common/random.js'
import { RomContents } from '../../src/hdl/index.js'

/** Random words, each bit 1 with probability `density`. */
export function randomContents(
  random: Random,
  depth: number,
  width: number,
  density = 0.5,
): RomContents {
  const words = Array.from({ length: depth }, () => {
    let word = 0n
    for (let bit = 0; bit < width; bit++) word = (word << 1n) | (random.chance(density) ? 1n : 0n)
    return word
  })
  return RomContents.fromWords(width, words)
}
