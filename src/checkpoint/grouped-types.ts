import { matrixShape, type TensorInfo } from './checkpoint.js'
import { isPackedTrits } from './packed-trits.js'

/**
 * The block types of ggml that are groups of unsigned codes with one binary16 scale:
 * value = scale * (code - zeroPoint) + offset.
 * Source: ggml `ggml-common.h` (block structures) and `ggml-quants.c` (their meaning).
 */
export interface GroupedType {
  /** Bits of a code; ternary codes are 0, 1 and 2. */
  readonly bits: 4 | 8 | 'ternary'
  /** Values of a block. */
  readonly group: number
  readonly zeroPoint: number
  /** Byte of the binary16 scale in a block. */
  readonly scaleAt: number
  /** Byte of the binary16 offset in a block; undefined when the type has none. */
  readonly offsetAt: number | undefined
  /** The codes of the block that starts at a byte. */
  readonly codesOf: (bytes: Uint8Array, blockAt: number) => Uint8Array
}

const groupedTypes: ReadonlyMap<string, GroupedType> = new Map<string, GroupedType>([
  ['Q4_0', ofNibbles({ zeroPoint: 8, offsetAt: undefined }, 2)],
  ['Q4_1', ofNibbles({ zeroPoint: 0, offsetAt: 2 }, 4)],
  [
    'Q8_0',
    {
      bits: 8,
      group: 32,
      zeroPoint: 128,
      scaleAt: 0,
      offsetAt: undefined,
      codesOf: (bytes, at) => bytes.slice(at + 2, at + 34).map((signed) => signed ^ 0x80),
    },
  ],
  ['TQ1_0', ofTrits(52, codesOfTq1)],
  ['TQ2_0', ofTrits(64, codesOfTq2)],
])

/** How the named type stores its groups; undefined when it is no type of this kind. */
export function groupedType(name: string): GroupedType | undefined {
  return groupedTypes.get(name)
}

/** Bits of the codes and size of the groups of a tensor; undefined for one that is not stored in groups. */
export function storedGroupFormat(
  tensor: TensorInfo,
): Pick<GroupedType, 'bits' | 'group'> | undefined {
  if (isPackedTrits(tensor)) return { bits: 'ternary', group: matrixShape(tensor).columns }
  return groupedType(tensor.storedType.name)
}

function ofNibbles(
  part: Pick<GroupedType, 'zeroPoint' | 'offsetAt'>,
  codesAt: number,
): GroupedType {
  const group = 32
  const half = group / 2
  const codesOf = (bytes: Uint8Array, at: number) => {
    const codes = new Uint8Array(group)
    for (let i = 0; i < half; i++) {
      const pair = bytes[at + codesAt + i]!
      codes[i] = pair & 15
      codes[half + i] = pair >> 4
    }
    return codes
  }
  return { bits: 4, group, scaleAt: 0, codesOf, ...part }
}

function ofTrits(scaleAt: number, codesOf: GroupedType['codesOf']): GroupedType {
  return { bits: 'ternary', group: 256, zeroPoint: 1, scaleAt, offsetAt: undefined, codesOf }
}

/** The parts of a TQ1_0 block: first byte, bytes, and trits of a byte. */
const tq1Parts = [
  [0, 32, 5],
  [32, 16, 5],
  [48, 4, 4],
] as const

/** A byte is a fraction of 256 whose digits in base 3 are its trits; within a part the first digits of all bytes come first. */
function codesOfTq1(bytes: Uint8Array, at: number): Uint8Array {
  const codes = new Uint8Array(256)
  let first = 0
  for (const [partAt, count, trits] of tq1Parts) {
    for (let i = 0; i < count; i++) {
      let fraction = bytes[at + partAt + i]!
      for (let trit = 0; trit < trits; trit++) {
        codes[first + trit * count + i] = (3 * fraction) >> 8
        fraction = (3 * fraction) & 0xff
      }
    }
    first += count * trits
  }
  return codes
}

/** Two halves of 32 bytes, four codes a byte: the lowest two bits of all bytes come first. */
function codesOfTq2(bytes: Uint8Array, at: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, i) => {
    const byte = bytes[at + 32 * (i >> 7) + (i & 31)]!
    return (byte >> (2 * ((i >> 5) & 3))) & 3
  })
}
