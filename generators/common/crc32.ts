import { cat, type ModuleBuilder, type UInt } from '../../src/hdl/index.js'

/** The state of {@link crc32Step} before the first word. */
export const crc32Start = 0xffff_ffff

/** x^32 + x^26 + x^23 + ... + 1 of IEEE 802.3, the coefficient of x^31 in bit 0. */
const polynomial = 0xedb8_8320

/**
 * The state of a CRC-32 (IEEE 802.3, reflected, as in zlib) after a word of four bytes, the lowest first. The CRC is the
 * complement of the state.
 *
 * @param state 32 bits
 * @param word 32 bits
 */
export function crc32Step(m: ModuleBuilder, state: UInt, word: UInt): UInt {
  const sum = m.let('crc_sum', state.xor(word))
  const images = Array.from({ length: 32 }, (_, bit) => shiftedOut(2 ** bit))
  const parities = Array.from({ length: 32 }, (_, bit) => {
    const sources = images.reduce(
      (mask, image, from) => mask + (image & (2 ** bit) ? 2 ** from : 0),
      0,
    )
    return sum.and(sources).reduceXor()
  })
  return cat(...parities.reverse())
}

/** A state after 32 steps of one bit each, the data being 0; linear over GF(2). */
function shiftedOut(state: number): number {
  for (let step = 0; step < 32; step++) {
    state = (state >>> 1) ^ (state & 1 ? polynomial : 0)
  }
  return state
}
