import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { nextSignature, romSignature } from '../../src/golden/rom-signature.js'
import { RomContents } from '../../src/hdl/index.js'
import { openModule } from '../testing/open-embedded.js'
import { randomContents } from '../testing/random-contents.js'
import { signatureRegister } from './signature-register.js'

function open(width: number) {
  return openModule(signatureRegister(width))
}
type Register = ReturnType<typeof open>

function pulse(register: Register, port: 'clear_i' | 'sample_i'): void {
  register.poke(port, true)
  register.step()
  register.poke(port, false)
}

/** The 32 bits that come out, the chain's at their places; `follow` are those that go in behind. */
function shiftOut(register: Register, follow = 0): number {
  let out = 0
  for (let i = 0; i < 32; i++) {
    // The bit that comes out first is that of x^31; x^i has place 13 i.
    const place = (13 * (31 - i)) % 32
    if (register.peek('chain_o')) out += 2 ** place
    register.poke('chain_i', ((follow >>> place) & 1) === 1)
    register.poke('shift_i', true)
    register.step()
  }
  register.poke('shift_i', false)
  return out
}

function simulatedSignature(register: Register, contents: RomContents): number {
  pulse(register, 'clear_i')
  for (let address = 0; address < contents.depth; address++) {
    register.poke('word_i', contents.word(address))
    pulse(register, 'sample_i')
    register.step(address % 2)
  }
  return shiftOut(register)
}

test.each([1, 7, 31, 32, 33, 64, 65, 100, 256, 1024])(
  'words of %i bits have the signature of the specification',
  (width) => {
    const register = open(width)
    for (const depth of [1, 2, 57]) {
      const contents = randomContents(new Random(width + depth), depth, width)
      expect(simulatedSignature(register, contents)).toBe(romSignature(contents))
    }
  },
)

test('an empty step changes the signature, also of a ROM of zeros', () => {
  const zeros = [1, 2, 3].map((depth) =>
    romSignature(RomContents.fromWords(8, new Uint8Array(depth))),
  )
  expect(new Set([0xffff_ffff, 0, ...zeros]).size).toBe(5)
})

test('what follows on the chain takes the place of the signature', () => {
  const register = open(8)
  const contents = randomContents(new Random(1), 9, 8)
  expect(simulatedSignature(register, contents)).toBe(romSignature(contents))
  shiftOut(register, 0x1234_5678)
  expect(shiftOut(register)).toBe(0x1234_5678)
  expect(shiftOut(register)).toBe(0)
})

test('the polynomial is primitive: a signature comes back after 2^32 - 1 steps, not before', () => {
  const step = Array.from({ length: 32 }, (_, bit) => nextSignature(2 ** bit, 0))
  const identity = step.map((_, bit) => 2 ** bit)
  const power = (exponent: number) => {
    let [result, square] = [identity, step]
    for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) result = result.map((column) => times(square, column))
      square = square.map((column) => times(square, column))
    }
    return result
  }
  const order = 2 ** 32 - 1
  expect(power(order)).toEqual(identity)
  for (const prime of [3, 5, 17, 257, 65537]) expect(power(order / prime)).not.toEqual(identity)
})

/** A matrix over GF(2), by columns, times a vector. */
function times(matrix: readonly number[], vector: number): number {
  return matrix.reduce((sum, column, bit) => ((vector >>> bit) & 1 ? sum ^ column : sum), 0) >>> 0
}

test('any one, two or three wrong bits of the widest word are found', () => {
  const width = 32 * 156
  const word = new Uint8Array(width / 8)
  const signatureOf = (bits: readonly number[]) => {
    word.fill(0)
    for (const bit of bits) word[bit >> 3]! ^= 1 << (bit & 7)
    return romSignature({ width, depth: 1, bytes: word })
  }
  const right = signatureOf([])
  const differences = Array.from({ length: width }, (_, bit) => (signatureOf([bit]) ^ right) >>> 0)
  // Different ones of odd weight: no two add up to nothing, nor do three.
  expect(new Set(differences).size).toBe(width)
  const weights = differences.map((bits) => bits.toString(2).replaceAll('0', '').length)
  expect(new Set(weights)).toEqual(new Set([1, 3]))
  // Nor do neighbours of two words.
  for (const [bit, difference] of differences.entries()) {
    const later = nextSignature(difference, 0)
    const neighbours = differences.slice(Math.max(0, bit - 1), bit + 2)
    expect(neighbours, `bit ${bit}`).not.toContain(later)
  }
  expect(() => romSignature({ width: width + 1, depth: 0, bytes: word })).toThrow(/no signature/)
  expect(() => signatureRegister(width + 1).node).toThrow(/too wide/)
})

test('a row of rotations by nothing that reads as zeros is found', () => {
  const pair = 0x3f80_0000n << 32n
  for (let pairs = 1; pairs <= 64; pairs++) {
    const word = Array.from({ length: pairs }).reduce<bigint>((row) => (row << 64n) | pair, 0n)
    const [right, wrong] = [word, 0n].map((bits) =>
      romSignature(RomContents.fromWords(64 * pairs, [bits])),
    )
    expect(wrong, `${pairs} pairs`).not.toBe(right)
  }
})

describe('a wrong bit changes the signature', () => {
  test.each([
    [13, 8],
    [9, 33],
    [5, 100],
  ])('%i words of %i bits, at every position', (depth, width) => {
    const contents = randomContents(new Random(depth), depth, width)
    const register = open(width)
    const right = romSignature(contents)
    for (let address = 0; address < depth; address++) {
      for (let bit = 0; bit < width; bit++) {
        const words = Array.from({ length: depth }, (_, i) => contents.word(i))
        words[address]! ^= 1n << BigInt(bit)
        const wrong = RomContents.fromWords(width, words)
        const simulated = simulatedSignature(register, wrong)
        expect(simulated).toBe(romSignature(wrong))
        expect(simulated, `word ${address}, bit ${bit}`).not.toBe(right)
      }
    }
  })
})
