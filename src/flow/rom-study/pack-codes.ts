import { InputError } from '../../common/input-error.js'
import { RomContents } from '../../hdl/index.js'

/** @throws InputError when a word is no whole number of codes */
export function codesOfWord(width: number, bits: number): number {
  if (width % bits === 0) return width / bits
  throw new InputError(
    `${width} bits are no whole number of ${bits}-bit codes`,
    { field: '--widths' },
    `multiples of ${bits}`,
  )
}

/** One code after the other, the first lowest in the first word. */
export function packCodes(codes: Uint8Array, bits: number, width: number): RomContents {
  const lanes = codesOfWord(width, bits)
  const words = Array.from({ length: codes.length / lanes }, (_, address) => {
    let word = 0n
    for (let lane = lanes - 1; lane >= 0; lane--) {
      word = (word << BigInt(bits)) | BigInt(codes[address * lanes + lane]!)
    }
    return word
  })
  return RomContents.fromWords(width, words)
}
