import type { ModelConfig } from '../checkpoint/index.js'
import type { LayerModel, QuantizedMatrix } from '../quantize/index.js'
import type { ChipShape } from './chip-shape.js'
import {
  codeWords,
  type SweepOrder,
  type SweepParameters,
  scaleWords,
  sweepOrder,
} from './sweep-order.js'

/** A row of a swept matrix: of a weight matrix, or of zeros that fill up. */
export type PlacedRow = { readonly matrix: QuantizedMatrix; readonly row: number } | undefined

/** What an L sweep takes: rows in the order of its results. */
export interface SweptMatrix {
  readonly name: string
  readonly rows: readonly PlacedRow[]
  readonly order: SweepOrder
  /** First words in the ROMs of every L-Unit. */
  readonly codeBase: number
  readonly scaleBase: number
}

export interface Placement {
  readonly layers: readonly {
    readonly keyQueryValue: SweptMatrix
    readonly output: SweptMatrix
    readonly gateUp: SweptMatrix
    readonly down: SweptMatrix
  }[]
  readonly head: SweptMatrix
  readonly codeDepth: number
  readonly scaleDepth: number
}

type Rows = readonly PlacedRow[]

/** The model's matrices, as far as placing them goes. */
export interface PlacedModel {
  readonly config: ModelConfig
  readonly layers: readonly LayerModel[]
  readonly head: QuantizedMatrix
}

/**
 * Gives every row of every matrix its L-Unit and its ROM words. Result `r` of a sweep comes from unit
 * `r mod lUnits`; every unit has the same number of rows, zeros fill up.
 */
export function placeWeights(
  shape: ChipShape,
  sweep: SweepParameters,
  model: PlacedModel,
): Placement {
  let codeBase = 0
  let scaleBase = 0
  const place = (name: string, rows: Rows, columns: number, bits: number): SweptMatrix => {
    const width = Math.max(shape.lUnits, shape.vectorLanes)
    const unitRows = (Math.ceil(rows.length / width) * width) / shape.lUnits
    const order = sweepOrder(sweep, unitRows, columns, bits / shape.bits)
    const placed = { name, rows, order, codeBase, scaleBase }
    codeBase += codeWords(order)
    scaleBase += scaleWords(order)
    return placed
  }
  const { dim, hiddenDim, headSize, bits, vectorLanes } = shape
  const { ropePairs } = model.config
  const layers = model.layers.map(({ wq, wk, wv, wo, w1, w2, w3 }, layer) => ({
    keyQueryValue: place(
      `layers.${layer}.kqv`,
      [
        ...pairedRows(wk, headSize, ropePairs),
        ...pairedRows(wq, headSize, ropePairs),
        ...allRows(wv),
      ],
      dim,
      bits,
    ),
    output: place(`layers.${layer}.wo`, allRows(wo), dim, bits),
    gateUp: place(`layers.${layer}.w13`, interleavedBeats(w1, w3, vectorLanes), dim, bits),
    down: place(`layers.${layer}.w2`, allRows(w2), hiddenDim, bits),
  }))
  const head = place('head', allRows(model.head), dim, shape.headBits)
  return { layers, head, codeDepth: codeBase, scaleDepth: scaleBase }
}

function allRows(matrix: QuantizedMatrix): PlacedRow[] {
  return Array.from({ length: matrix.rows }, (_, row) => ({ matrix, row }))
}

/** Rows so that those that rotate together are neighbours. */
function pairedRows(
  matrix: QuantizedMatrix,
  headSize: number,
  pairs: ModelConfig['ropePairs'],
): PlacedRow[] {
  if (pairs === 'interleaved') return allRows(matrix)
  return Array.from({ length: matrix.rows }, (_, i) => {
    const head = i - (i % headSize)
    const inHead = i % headSize
    return { matrix, row: head + (inHead >> 1) + (inHead & 1) * (headSize / 2) }
  })
}

/** Beats of both matrices in turn, the last ones filled up. */
function interleavedBeats(a: QuantizedMatrix, b: QuantizedMatrix, lanes: number): PlacedRow[] {
  const rows: PlacedRow[] = []
  for (let first = 0; first < a.rows; first += lanes) {
    for (const matrix of [a, b]) {
      for (let row = first; row < first + lanes; row++) {
        rows.push(row < matrix.rows ? { matrix, row } : undefined)
      }
    }
  }
  return rows
}

/** Every sweep in the order of its ROM words. */
export function allSweeps({ layers, head }: Placement): SweptMatrix[] {
  return [
    ...layers.flatMap(({ keyQueryValue, output, gateUp, down }) => [
      keyQueryValue,
      output,
      gateUp,
      down,
    ]),
    head,
  ]
}

/** Digit `digit` (0 is the highest) of a code or zero-point of `bits` bits in digits of `digitBits`. */
export function codeDigit(value: number, bits: number, digitBits: number, digit: number): number {
  return (value >> (bits - digitBits * (digit + 1))) & ((1 << digitBits) - 1)
}
