import {
  type Bool,
  bool,
  cat,
  defineModule,
  input,
  mux,
  output,
  repeat,
  type UInt,
  uint,
} from '../../src/hdl/index.js'

/** Bits of a signature. */
export const signatureBits = 32

const signature = uint(signatureBits)

/** Places by which the register turns in a step, and the bit that goes round to bit 0. */
const turn = 13
const topBit = signatureBits - turn

/** Bits that `topBit` is added to: the terms x, x^2 and x^22 of x^32 + x^22 + x^2 + x + 1. */
const feedbackBits = [1, 2, 22].map((power) => (power * turn) % signatureBits)

const registers = new Map<number, ReturnType<typeof defineSignatureRegister>>()

/**
 * The signature of a ROM's words: docs/self-test.md. With `clear_i` it starts, with `sample_i` it takes a word in, with
 * `shift_i` it is a part of the chain on which signatures go out. One definition for each width of a word.
 *
 * @throws RangeError for words that are too wide
 */
export function signatureRegister(width: number) {
  let register = registers.get(width)
  if (register === undefined) {
    register = defineSignatureRegister(width)
    registers.set(width, register)
  }
  return register
}

function defineSignatureRegister(width: number) {
  return defineModule(
    `rom_signature_w${width}`,
    {
      word_i: input(uint(width)),
      sample_i: input(bool),
      clear_i: input(bool),
      shift_i: input(bool),
      chain_i: input(bool),
      chain_o: output(bool),
    },
    (m, { word_i, sample_i, clear_i, shift_i, chain_i, chain_o }) => {
      const state = m.register('signature', signature)
      const folded = m.let('folded_word', foldedWord(word_i))
      const out = state.bit(topBit)
      const turned = turnedLeft(state, turn)
      const feedback = feedbackBits.reduce((sum, bit) => sum + 2 ** bit, 0)
      const added = signature.literal(feedback).and(repeat(out, signatureBits)).xor(folded)
      const shifted = cat(turned.bits(signatureBits - 1, 1), mux(shift_i, chain_i, out))
      m.when(clear_i, () => state.next(2 ** signatureBits - 1)).elseWhen(sample_i.or(shift_i), () =>
        state.next(shifted.xor(added.and(repeat(shift_i.not(), signatureBits)))),
      )
      chain_o.assign(out)
    },
    { parameters: { width }, documentation: 'Signature of the words of a ROM' },
  )
}

/** A chain's next 32 bits, the bits of a signature at their places; see {@link signatureRegister}. */
export function shiftedIn(state: UInt, chain: Bool): UInt {
  return cat(turnedLeft(state, turn).bits(signatureBits - 1, 1), chain)
}

/**
 * The word's slices of 32 bits, added. Slice `s` is added at three places: a bit of slice 0 goes to one bit, every other to
 * three, no two bits to the same ones.
 */
function foldedWord(word: UInt): UInt {
  const slices = Math.ceil(word.width / signatureBits)
  const places = placesOfSlices(slices)
  const terms: UInt[] = []
  for (let slice = 0; slice < slices; slice++) {
    const low = slice * signatureBits
    const bits = word
      .bits(Math.min(word.width, low + signatureBits) - 1, low)
      .extend(signatureBits) as UInt
    for (const place of places[slice]!) terms.push(turnedLeft(bits, place))
  }
  return terms.reduce((a, b) => a.xor(b))
}

/** @throws RangeError for more slices than there are */
function placesOfSlices(slices: number): number[][] {
  const places = [[0]]
  for (let a = 1; a < signatureBits; a++) {
    for (let b = a + 1; b < signatureBits; b++) {
      const gaps = [a, b - a, signatureBits - b] as const
      if (gaps[0] <= gaps[1] && gaps[0] < gaps[2]) places.push([0, a, b])
    }
  }
  if (slices > places.length) throw new RangeError(`words of ${slices} slices are too wide`)
  return places
}

function turnedLeft(word: UInt, places: number): UInt {
  if (places === 0) return word
  const kept = word.width - places
  return cat(word.bits(kept - 1, 0), word.bits(word.width - 1, kept))
}
