import { expect, test } from 'vitest'
import { codeWidth, type UnsignedBits } from '../common/code-bits.js'
import { float16ToNumber } from '../common/float16.js'
import { smallConfig, smallModel } from '../flow/chip/testing/small-model.js'
import { type ChipModel, groupsPerRow, type QuantizedMatrix } from '../quantize/index.js'
import { type ChipConfigInput, parseChipConfig } from './chip-config.js'
import { chipShape } from './chip-shape.js'
import { allSweeps, placeWeights } from './placement.js'
import { lUnitRoms } from './rom-contents.js'
import { groupBeats, sweepGroups } from './sweep-order.js'

/** A matrix as the ROMs have it: what was read, at which of its groups how often. */
interface FoundMatrix {
  readonly codes: Uint8Array
  readonly zeroPoints: Uint8Array
  /** Of the lowest digit. */
  readonly scales: Float64Array
  /** Row by row, group by group: how many digits were found. */
  readonly places: Uint8Array
}

/** Reads the ROMs of all L-Units back in the order of the sweeps. */
function readRoms(
  settings: ChipConfigInput & { readonly bits?: UnsignedBits },
  model: ChipModel,
): Map<QuantizedMatrix, FoundMatrix> {
  const config = parseChipConfig(settings)
  const shape = chipShape(config, model.config)
  const placement = placeWeights(shape, { ...shape, accumulatorLatency: 4 }, model)
  const sweeps = allSweeps(placement)
  const roms = lUnitRoms({ ...shape, offsets: false }, sweeps)
  const found = new Map<QuantizedMatrix, FoundMatrix>()
  const foundOf = (matrix: QuantizedMatrix) => {
    const groups = matrix.rows * groupsPerRow(matrix)
    const entry = found.get(matrix) ?? {
      codes: new Uint8Array(matrix.codes.length),
      zeroPoints: new Uint8Array(groups),
      scales: new Float64Array(groups),
      places: new Uint8Array(groups),
    }
    found.set(matrix, entry)
    return entry
  }
  const { lanes } = shape
  const bits = codeWidth(shape.bits)
  const bytesPerWord = Math.ceil((lanes * bits) / 8)
  for (const [column, units] of roms.entries()) {
    for (const [unit, { codeBytes, scaleWords }] of units.entries()) {
      let [code, scale] = [0, 0]
      for (const { order, rows, columnGroups, codeBase, scaleBase } of sweeps) {
        expect([code, scale]).toEqual([codeBase, scaleBase])
        for (const { row, digit, group: step } of sweepGroups(order)) {
          const beats = groupBeats(order, step)
          const placed = rows[row * shape.lUnits + unit]
          const group = columnGroups[column]![step]
          const word = scaleWords[scale++]!
          const first = code
          code += beats
          if (placed === undefined || group === undefined) {
            expect(word).toBe(0)
            continue
          }
          const { matrix } = placed
          const entry = foundOf(matrix)
          const at = placed.row * groupsPerRow(matrix) + group
          const shift = bits * (order.digits - 1 - digit)
          entry.places[at]!++
          entry.zeroPoints[at]! |= (word >> 16) << shift
          if (shift === 0) entry.scales[at] = float16ToNumber(word & 0xffff)
          const inGroup = Math.min(matrix.group, matrix.columns - group * matrix.group)
          for (let i = 0; i < beats * lanes; i++) {
            const bit = (i % lanes) * bits
            const byte = codeBytes[(first + Math.floor(i / lanes)) * bytesPerWord + (bit >> 3)]!
            const value = (byte >> (bit & 7)) & (2 ** bits - 1)
            if (i >= inGroup) expect(value).toBe(0)
            else {
              const index = placed.row * matrix.columns + group * matrix.group + i
              entry.codes[index]! |= value << shift
            }
          }
        }
      }
      expect([code * bytesPerWord, scale]).toEqual([codeBytes.length, scaleWords.length])
    }
  }
  return found
}

/** A trit by its bits in ROM. */
const trits = new Map([
  [0b00, 0],
  [0b01, 1],
  [0b11, -1],
])

const wide = { ...smallConfig, dim: 64, heads: 8, kvHeads: 2, hiddenDim: 75 }

test.each([
  [{ lUnits: 4, lanes: 8 }, smallConfig],
  [
    { lUnits: 1, lanes: 32, bits: 2 },
    { ...smallConfig, ropePairs: 'half-split' },
  ],
  [{ lUnits: 8, lanes: 16, mesh: { rows: 2 } }, wide],
  [{ lUnits: 4, lanes: 8, mesh: { rows: 1, columns: 2 } }, wide],
  [{ lUnits: 3, lanes: 8, mesh: { rows: 1, columns: 2 } }, wide],
  [{ lUnits: 2, lanes: 8, mesh: { rows: 1, columns: 3 } }, wide],
] satisfies [ChipConfigInput & { bits?: UnsignedBits }, typeof smallConfig][])(
  'every weight of every matrix is in the ROMs once, with its scale and zero-point: %j',
  (settings, modelConfig) => {
    const input = { group: 32, ...settings } as const
    const model = smallModel(parseChipConfig(input), modelConfig)
    const found = readRoms(input, model)
    const matrices = model.layers.flatMap(({ wq, wk, wv, wo, w1, w2, w3 }) => [
      ...[wq, wk, wv, wo, w1, w2, w3],
    ])
    expect(new Set(found.keys())).toEqual(new Set([...matrices, model.head]))
    for (const [matrix, { codes, zeroPoints, scales, places }] of found) {
      const digits = codeWidth(matrix.bits) / codeWidth(parseChipConfig(input).bits)
      expect(new Set(places)).toEqual(new Set([digits]))
      expect(codes).toEqual(matrix.codes)
      expect(zeroPoints).toEqual(matrix.zeroPoints)
      expect(scales).toEqual(Float64Array.from(matrix.scales, float16ToNumber))
    }
  },
)

test.each([
  ['ternary', 1],
  [4, 4],
] as const)('ternary L-Units have a head of %s bits in %i signed digits', (headBits, digits) => {
  const input = { bits: 'ternary', headBits, group: 32, lUnits: 1, lanes: 16 } as const
  const model = smallModel(parseChipConfig(input))
  const shape = chipShape(parseChipConfig(input), model.config)
  const sweeps = allSweeps(placeWeights(shape, { ...shape, accumulatorLatency: 4 }, model))
  const { codeBytes, scaleWords } = lUnitRoms({ ...shape, offsets: false }, sweeps)[0]![0]!
  const { order, rows, codeBase, scaleBase } = sweeps.at(-1)!
  const { codes, zeroPoints, scales, columns } = model.head
  const sums = new Float64Array(codes.length)
  let at = 0
  for (const { row, digit } of sweepGroups(order)) {
    const placed = rows[row]
    const word = scaleWords[scaleBase + at]!
    const weight = 2 ** (digits - 1 - digit)
    const bytes = codeBytes.subarray(4 * (codeBase + at), 4 * (codeBase + at + 1))
    at++
    if (placed === undefined) continue
    expect(float16ToNumber(word)).toBe(float16ToNumber(scales[placed.row]!) * weight)
    for (let i = 0; i < columns; i++) {
      const trit = trits.get((bytes[i >> 2]! >> (2 * (i & 3))) & 3)!
      sums[placed.row * columns + i]! += weight * trit
    }
  }
  expect(order.digits).toBe(digits)
  const expected = Float64Array.from(
    codes,
    (code, i) => code - zeroPoints[Math.floor(i / columns)]!,
  )
  expect(sums).toEqual(expected)
})
