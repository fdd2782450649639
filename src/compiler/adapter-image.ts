import {
  type ChipAdapter,
  groupsPerRow,
  projectionMatrix,
  type QuantizedMatrix,
} from '../quantize/index.js'
import { adapterFrame } from './adapter-frame.js'
import {
  adapterCodeBits,
  adapterHeader,
  adapterRegions,
  adapterSizes,
  frameWordBits,
  payloadWords,
} from './adapter-layout.js'
import { type AdapterPlacement, sweepProjections } from './adapter-placement.js'
import type { ChipShape } from './chip-shape.js'
import type { LayerSweeps, PlacedModel, PlacedRow, Placement } from './placement.js'
import { groupBeats, sweepGroups } from './sweep-order.js'

/** A code that stands for zero. */
const zeroCode = 128

/** What an adapter's image depends on of a chip. */
export interface AdaptableChip {
  readonly shape: ChipShape
  readonly placement: Placement
  readonly model: Pick<PlacedModel, 'layers'>
}

/**
 * The frame that loads an adapter into a slot of a chip: docs/adapters.md, section Loading.
 *
 * @param slot 0 or 1
 * @throws RangeError when the chip has no slots for adapters, or slots of another rank
 */
export function adapterImage(chip: AdaptableChip, adapter: ChipAdapter, slot: number): Uint32Array {
  const { shape, placement } = chip
  const { adapters } = placement
  if (adapters === undefined || adapters.rank !== adapter.rank) {
    throw new RangeError(`an adapter of rank ${adapter.rank} for slots of ${adapters?.rank ?? 0}`)
  }
  const sizes = adapterSizes(shape, adapters)
  const payload = new Uint32Array(payloadWords(sizes))
  const [aCodes, aScales, bCodes, bScales] = regionsOf(payload, adapterRegions(sizes))
  writeA(chip, adapters, adapter, aCodes!, aScales!)
  writeB(chip, adapter, bCodes!, bScales!)
  return adapterFrame({ slot, header: adapterHeader(shape, adapters), payload })
}

/** Writes a word of a memory: its codes, or its scale. */
type WriteWord = (unit: number, address: number, values: ArrayLike<number>) => void

function regionsOf(
  payload: Uint32Array,
  regions: ReturnType<typeof adapterRegions>,
): readonly WriteWord[] {
  let start = 0
  return regions.map(({ name, units, depth, words }) => {
    const first = start
    start += units * depth * words
    return (unit, address, values) => {
      const at = first + (unit * depth + address) * words
      if (name.endsWith('scales')) payload[at] = values[0]!
      else writeCodes(payload, at, values)
    }
  })
}

/** Codes, the first one in the lowest bits of the first word. */
function writeCodes(payload: Uint32Array, first: number, codes: ArrayLike<number>): void {
  for (let i = 0; i < codes.length; i++) {
    const bit = i * adapterCodeBits
    payload[first + Math.floor(bit / frameWordBits)]! |= codes[i]! << (bit % frameWordBits)
  }
}

function writeA(
  { shape, placement }: AdaptableChip,
  { layers, orders, rank, units }: AdapterPlacement,
  adapter: ChipAdapter,
  writeCodeWord: WriteWord,
  writeScale: WriteWord,
): void {
  const { lanes, columns } = shape
  for (const [layer, sweeps] of layers.entries()) {
    for (const [kind, sweep] of Object.entries(sweeps)) {
      const order = orders[sweep.order]!
      const { columnGroups } = placement.layers[layer]![kind as keyof LayerSweeps]
      for (let column = 0; column < columns; column++) {
        for (let unit = 0; unit < units; unit++) {
          let codeAddress = sweep.codeBase
          let scaleAddress = sweep.scaleBase
          for (const { row: tick, group: step } of sweepGroups(order)) {
            const row = tick * units + unit
            const a = adapter.layers[layer]![sweep.projections[Math.floor(row / rank)]!]?.a
            const group = columnGroups[column]![step]
            const number = column * units + unit
            writeScale(number, scaleAddress++, [scaleOf(a, row % rank, group)])
            for (let beat = 0; beat < groupBeats(order, step); beat++) {
              const codes = codesOf(a, row % rank, group, beat * lanes, lanes)
              writeCodeWord(number, codeAddress++, codes)
            }
          }
        }
      }
    }
  }
}

function writeB(
  { shape, placement, model }: AdaptableChip,
  adapter: ChipAdapter,
  writeCodeWord: WriteWord,
  writeScale: WriteWord,
): void {
  const { columns, vectorLanes } = shape
  for (let unit = 0; unit < columns; unit++) {
    let address = 0
    for (const [layer, sweeps] of placement.layers.entries()) {
      for (const kind of ['keyQueryValue', 'output', 'gateUp', 'down'] as const) {
        const { unitRows, results } = sweeps[kind]
        const rows = unitRows[unit] ?? []
        const beats = Math.ceil(results / vectorLanes)
        for (let beat = 0; beat < beats; beat++, address++) {
          for (let lane = 0; lane < vectorLanes; lane++) {
            const placed = rows[beat * vectorLanes + lane]
            const b = updateOf(model, adapter, layer, kind, placed)
            const number = unit * vectorLanes + lane
            writeCodeWord(number, address, codesOf(b, placed?.row ?? 0, 0, 0, adapter.rank))
            writeScale(number, address, [scaleOf(b, placed?.row ?? 0, 0)])
          }
        }
      }
    }
  }
}

/** The B matrix of the projection that a row belongs to. */
function updateOf(
  model: AdaptableChip['model'],
  adapter: ChipAdapter,
  layer: number,
  kind: keyof LayerSweeps,
  placed: PlacedRow,
): QuantizedMatrix<number> | undefined {
  const projection = sweepProjections[kind].find(
    (projection) => model.layers[layer]![projectionMatrix[projection]] === placed?.matrix,
  )
  return projection === undefined ? undefined : adapter.layers[layer]![projection]?.b
}

/** Codes of a group of a row from its element `first` on; those that are not there stand for zero. */
function codesOf(
  matrix: QuantizedMatrix<number> | undefined,
  row: number,
  group: number | undefined,
  first: number,
  count: number,
): Uint8Array {
  const codes = new Uint8Array(count).fill(zeroCode)
  if (matrix === undefined || group === undefined) return codes
  const start = group * matrix.group + first
  const end = Math.min(start + count, (group + 1) * matrix.group, matrix.columns)
  for (let column = start; column < end; column++) {
    codes[column - start] = matrix.codes[row * matrix.columns + column]!
  }
  return codes
}

function scaleOf(
  matrix: QuantizedMatrix<number> | undefined,
  row: number,
  group: number | undefined,
): number {
  if (matrix === undefined || group === undefined) return 0
  return matrix.scales[row * groupsPerRow(matrix) + group]!
}
