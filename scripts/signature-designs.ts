import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { Command } from 'commander'
import { emitDesign } from '../src/emit/index.js'
import { romSignature } from '../src/golden/index.js'
import { nextSignature } from '../src/golden/rom-signature.js'
import {
  type Bool,
  bool,
  cat,
  defineModule,
  elaborate,
  input,
  mux,
  output,
  type UInt,
  uint,
} from '../src/hdl/index.js'
import { openYosys, synthesize, type Yosys } from '../src/synth/index.js'

/** A way to make a signature of the words of a ROM, linear over GF(2). */
interface SignatureDesign {
  readonly name: string
  /** Bits of the register, for words of `width` bits. */
  readonly bits: (width: number) => number
  readonly next: (state: bigint, word: bigint, width: number) => bigint
}

const ones = (width: number) => (1n << BigInt(width)) - 1n

/** x^32 + x^22 + x^2 + x + 1, without its first term. */
const polynomial = 0x40_0007n

function timesX(state: bigint, bits: number, taps: bigint): bigint {
  const isOut = (state >> BigInt(bits - 1)) & 1n
  return ((state << 1n) & ones(bits)) ^ (isOut === 1n ? taps : 0n)
}

/** The sum of the slices of 32 bits of a word. */
function folded(word: bigint): bigint {
  let sum = 0n
  for (let rest = word; rest > 0n; rest >>= 32n) sum ^= rest & ones(32)
  return sum
}

/** What the chip's register takes in of a word. */
function foldedThrice(word: bigint, width: number): bigint {
  const bytes = new Uint8Array(Math.ceil(width / 8))
  for (const i of bytes.keys()) bytes[i] = Number((word >> BigInt(8 * i)) & 255n)
  const empty = nextSignature(0xffff_ffff, 0)
  return BigInt((romSignature({ width, depth: 1, bytes }) ^ empty) >>> 0)
}

/** Terms but the first one of primitive polynomials of other degrees. */
const wideTaps: Readonly<Record<number, bigint>> = {
  64: 0b11011n,
  256: (1n << 254n) | (1n << 251n) | (1n << 246n) | 1n,
}

export const signatureDesigns: readonly SignatureDesign[] = [
  {
    name: 'slices added',
    bits: () => 32,
    next: (state, word) => timesX(state, 32, polynomial) ^ folded(word),
  },
  {
    name: 'slices at three places, turned by 13',
    bits: () => 32,
    next: (state, word, width) =>
      BigInt(nextSignature(Number(state), 0)) ^ foldedThrice(word, width),
  },
  {
    name: 'CRC-32 of all bits',
    bits: () => 32,
    next: (state, word, width) => {
      let sum = state
      for (let bit = 0; bit < width; bit++) {
        sum = timesX(sum ^ (((word >> BigInt(bit)) & 1n) << 31n), 32, polynomial)
      }
      return sum
    },
  },
  {
    name: 'as wide as the word',
    bits: (width) => width,
    next: (state, word, width) => timesX(state, width, wideTaps[width]!) ^ word,
  },
]

/** Pairs of wrong bits that leave the signature of a bank as it is. */
export function unseenPairs({ bits, next }: SignatureDesign, width: number, depth: number) {
  const places = new Map<bigint, { address: number; bit: number }[]>()
  const columns = Array.from({ length: width }, (_, bit) => next(0n, 1n << BigInt(bit), width))
  const states = Array.from({ length: bits(width) }, (_, bit) => next(1n << BigInt(bit), 0n, width))
  let differences = columns
  for (let address = depth - 1; address >= 0; address--) {
    for (const [bit, difference] of differences.entries()) {
      const same = places.get(difference)
      if (same === undefined) places.set(difference, [{ address, bit }])
      else same.push({ address, bit })
    }
    differences = differences.map((difference) =>
      states.reduce(
        (sum, image, bit) => ((difference >> BigInt(bit)) & 1n ? sum ^ image : sum),
        0n,
      ),
    )
  }
  let [unseen, neighbours] = [0, 0]
  for (const same of places.values()) {
    unseen += (same.length * (same.length - 1)) / 2
    for (const [i, a] of same.entries()) {
      for (const b of same.slice(0, i)) {
        if (Math.abs(a.address - b.address) <= 1 && Math.abs(a.bit - b.bit) <= 1) neighbours++
      }
    }
  }
  return { pairs: (width * depth * (width * depth - 1)) / 2, unseen, neighbours }
}

/** Hardware of a design with start and chain, as the chip's. */
function signatureModule({ name, bits, next }: SignatureDesign, width: number) {
  const count = bits(width)
  const identifier = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  return defineModule(
    `${identifier}_${width}`,
    {
      word_i: input(uint(width)),
      sample_i: input(bool),
      clear_i: input(bool),
      shift_i: input(bool),
      chain_i: input(bool),
      chain_o: output(bool),
    },
    (m, { word_i, sample_i, clear_i, shift_i, chain_i, chain_o }) => {
      const state = m.register('signature', uint(count))
      const sumOf = (signal: UInt, of: (bit: bigint) => bigint): Bool[] => {
        const images = Array.from({ length: signal.width }, (_, bit) => of(1n << BigInt(bit)))
        return Array.from({ length: count }, (_, to) => {
          const from = images.flatMap((image, bit) => ((image >> BigInt(to)) & 1n ? [bit] : []))
          const terms = from.map((bit) => signal.bit(bit))
          return terms.reduce<Bool>((a, b) => a.xor(b), bool.literal(false))
        })
      }
      const stepped = sumOf(state, (bit) => next(bit, 0n, width))
      const added = sumOf(word_i, (bit) => next(0n, bit, width))
      const sampled = cat(...stepped.map((bit, i) => bit.xor(added[i]!)).reverse())
      const shifted = cat(state.bits(count - 2, 0), chain_i)
      m.when(clear_i, () => state.next(ones(count))).elseWhen(sample_i.or(shift_i), () =>
        state.next(mux(shift_i, shifted, sampled)),
      )
      chain_o.assign(state.bit(count - 1))
    },
  )
}

export async function signatureTransistors(
  design: SignatureDesign,
  width: number,
  yosys: Yosys,
): Promise<number> {
  const emitted = emitDesign(elaborate(signatureModule(design, width)))
  const { modules } = await synthesize(emitted, { yosys })
  return modules[0]!.total.transistors
}

async function main(): Promise<void> {
  new Command('signature-designs')
    .description(
      'Compares ways to make a signature of a ROM: transistors, and pairs of wrong bits.',
    )
    .parse()
  const table = new Table({
    head: ['signature', 'word', 'bits', 'transistors', 'unseen pairs', 'of', 'neighbours'],
    style: { head: [], border: [] },
  })
  const depth = 64
  const yosys = openYosys({ engine: 'wasm' })
  for (const width of [64, 256]) {
    for (const design of signatureDesigns) {
      const { pairs, unseen, neighbours } = unseenPairs(design, width, depth)
      const transistors = await signatureTransistors(design, width, yosys)
      table.push([design.name, width, design.bits(width), transistors, unseen, pairs, neighbours])
    }
  }
  yosys.close()
  console.log(`${table.toString()}\n(banks of ${depth} words)`)
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main()
}
