/** What a ROM holds: `depth` words of `width` bits, each in `ceil(width / 8)` bytes, the lowest first. */
export interface RomImage {
  readonly width: number
  readonly depth: number
  readonly bytes: Uint8Array
}

/** The widest word that has a signature: slices of 32 bits, the first one and one for each pair of {@link sliceRotations}. */
const widestWord = 32 * 156

/**
 * The signature that the self-test gives for a ROM, 32 bits: docs/self-test.md.
 *
 * @throws RangeError for words of more than 4,992 bits
 */
export function romSignature({ width, depth, bytes }: RomImage): number {
  if (width > widestWord) throw new RangeError(`words of ${width} bits have no signature`)
  const bytesPerWord = Math.ceil(width / 8)
  const rotations = sliceRotations()
  let signature = 0xffff_ffff
  for (let address = 0; address < depth; address++) {
    const word = bytes.subarray(address * bytesPerWord, (address + 1) * bytesPerWord)
    signature = nextSignature(signature, foldedWord(word, rotations))
  }
  return signature >>> 0
}

/** One step of the register, with the folded word that it takes in. */
export function nextSignature(signature: number, folded: number): number {
  const isOut = (signature >>> 19) & 1
  const feedback = isOut === 1 ? 2 ** 13 + 2 ** 26 + 2 ** 30 : 0
  return (rotateLeft(signature, 13) ^ feedback ^ folded) >>> 0
}

/** 32 bits of a word: its first slice, and every other one three times, rotated by 0 and by a pair of its own. */
function foldedWord(word: Uint8Array, rotations: readonly (readonly [number, number])[]): number {
  let folded = 0
  for (let first = 0, slice = 0; first < word.length; first += 4, slice++) {
    let bits = 0
    for (let i = 0; i < 4; i++) bits |= (word[first + i] ?? 0) << (8 * i)
    folded ^= bits
    if (slice === 0) continue
    const [a, b] = rotations[slice - 1]!
    folded ^= rotateLeft(bits, a) ^ rotateLeft(bits, b)
  }
  return folded >>> 0
}

/** Pairs `a < b` for which `{0, a, b}`, modulo 32, is a rotation of no other pair's: those with `a <= b - a` and `a < 32 - b`. */
function sliceRotations(): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  for (let a = 1; a < 32; a++) {
    for (let b = 2 * a; b < 32 - a; b++) pairs.push([a, b])
  }
  return pairs
}

function rotateLeft(bits: number, count: number): number {
  return (bits << count) | (bits >>> (32 - count))
}
