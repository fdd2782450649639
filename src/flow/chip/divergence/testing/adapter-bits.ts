import type { Projection } from '../../../../checkpoint/index.js'
import { groupsPerRow } from '../../../../quantize/index.js'
import type { adapterChip } from '../../testing/adapter-chip.js'
import type { StoredBit } from './faults.js'

/** A number of an adapter: a code, or the scale of its group. */
export interface AdapterNumber {
  readonly layer: number
  readonly projection: Projection
  readonly matrix: 'a' | 'b'
  readonly row: number
  readonly column: number
  readonly part: 'codes' | 'scales'
}

const headerWords = 8

/** Where a chip stores a bit of a number of its adapter 0 or 1 in the slot of that number: the difference of two frames. */
export function storedBit(
  chip: ReturnType<typeof adapterChip>,
  number: AdapterNumber,
  bit: number,
  slot: 0 | 1,
): StoredBit {
  const { layer, projection, matrix, row, column, part } = number
  const numbers = chip.adapters[slot]!.layers[layer]![projection]![matrix]
  const at =
    part === 'codes'
      ? row * numbers.columns + column
      : row * groupsPerRow(numbers) + Math.floor(column / numbers.group)
  const before = chip.frame(slot, slot)
  numbers[part][at]! ^= 1 << bit
  const after = chip.frame(slot, slot)
  numbers[part][at]! ^= 1 << bit
  const changed = before.findIndex((word, i) => word !== after[i])
  const { path, depth, words, word } = placeOfWord(chip, changed - headerWords)
  const wordBit = Math.log2((before[changed]! ^ after[changed]!) >>> 0)
  return {
    memory: path,
    address: slot * depth + Math.floor(word / words),
    bit: (word % words) * 32 + wordBit,
  }
}

/** The memory of a word of the payload, and the word's number among those of the memory. */
function placeOfWord({ described, built }: ReturnType<typeof adapterChip>, inPayload: number) {
  const lanes = { a: built.placement.adapters!.units, b: built.shape.vectorLanes }
  let first = 0
  for (const { name, units, depth, words } of described.regions) {
    const ofUnit = depth * words
    const end = first + units * ofUnit
    if (inPayload < end) {
      const unit = Math.floor((inPayload - first) / ofUnit)
      const [matrix, part] = name.split(' ') as ['a' | 'b', string]
      const column = Math.floor(unit / lanes[matrix])
      const lane = unit % lanes[matrix]
      const path =
        matrix === 'a'
          ? `u_adapter_a.u_a_unit_c${column}n${lane}.${part}`
          : `u_vector_row.u_vector_unit${column}.u_b_lane${lane}.${part}`
      return { path, depth, words, word: (inPayload - first) % ofUnit }
    }
    first = end
  }
  throw new RangeError(`the payload has ${first} words, none is ${inPayload}`)
}
