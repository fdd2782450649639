import type { StoredType } from './stored-types.js'

/**
 * The block types of ggml that are groups of unsigned codes with one binary16 scale:
 * value = scale * (code - zeroPoint) + offset.
 * Source: ggml `ggml-common.h` (block structures) and `ggml-quants.c` (their meaning).
 */
export interface GroupedType {
  readonly bits: 4 | 8
  readonly zeroPoint: number
  /** Byte of the binary16 offset in a block; undefined when the type has none. The scale is at byte 0. */
  readonly offsetAt: number | undefined
  /** Byte of the first code in a block. */
  readonly codesAt: number
}

/** Values in a block, and so in a group, of every type here. */
export const GROUP_OF_STORED_TYPES = 32

const groupedTypes: ReadonlyMap<string, GroupedType> = new Map<string, GroupedType>([
  ['Q4_0', { bits: 4, zeroPoint: 8, offsetAt: undefined, codesAt: 2 }],
  ['Q4_1', { bits: 4, zeroPoint: 0, offsetAt: 2, codesAt: 4 }],
  ['Q8_0', { bits: 8, zeroPoint: 128, offsetAt: undefined, codesAt: 2 }],
])

/** How the named type stores its groups; undefined when it is no type of this kind. */
export function groupedType(name: string): GroupedType | undefined {
  return groupedTypes.get(name)
}

/** Bits of the codes and size of the groups of a stored type; undefined for types without groups. */
export function storedGroupFormat(
  type: Pick<StoredType, 'name'>,
): { readonly bits: 4 | 8; readonly group: number } | undefined {
  const grouped = groupedType(type.name)
  return grouped === undefined ? undefined : { bits: grouped.bits, group: GROUP_OF_STORED_TYPES }
}

/** Writes the 32 codes of the block that starts at `blockAt` to `codes`, from `codesAt` on. */
export function unpackCodes(
  type: GroupedType,
  bytes: Uint8Array,
  blockAt: number,
  codes: Uint8Array,
  codesAt: number,
): void {
  const from = blockAt + type.codesAt
  if (type.bits === 8) {
    for (let i = 0; i < GROUP_OF_STORED_TYPES; i++) {
      const signed = bytes[from + i]!
      codes[codesAt + i] = signed ^ 0x80
    }
    return
  }
  const half = GROUP_OF_STORED_TYPES / 2
  for (let i = 0; i < half; i++) {
    const pair = bytes[from + i]!
    codes[codesAt + i] = pair & 15
    codes[codesAt + half + i] = pair >> 4
  }
}
