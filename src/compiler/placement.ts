import type { ModelConfig } from '../checkpoint/index.js'
import { groupsPerRow, type LayerModel, type QuantizedMatrix } from '../quantize/index.js'
import type { AdapterPlacement } from './adapter-placement.js'
import type { ChipShape } from './chip-shape.js'
import { digitsOfCode } from './code-digits.js'
import { columnElements, columnGroups, columnLength } from './column-split.js'
import {
  codeWords,
  type SweepOrder,
  type SweepParameters,
  scaleWords,
  sweepOrder,
} from './sweep-order.js'

/** What of a matrix its place and the L-Units' structure depend on. */
export type MatrixShape = Pick<QuantizedMatrix, 'rows' | 'columns' | 'bits' | 'group' | 'offsets'>

/** A row of a swept matrix: of a weight matrix, or of zeros that fill up. */
export type PlacedRow<M = MatrixShape> = { readonly matrix: M; readonly row: number } | undefined

/** What an L sweep takes. */
export interface SweptMatrix<M = MatrixShape> {
  readonly name: string
  /** Rows in the order of the results: tick after tick, `lUnits` of each. */
  readonly rows: readonly PlacedRow<M>[]
  /** The same for each vector unit that gets any: the rows whose results it reads, in order. */
  readonly unitRows: RowsOfUnits<M>
  /** For each column of the mesh the groups of a row that it has, in order. */
  readonly columnGroups: readonly (readonly number[])[]
  readonly order: SweepOrder
  /** Results of the sweep that each vector unit reads. */
  readonly results: number
  /** Vector units that take whole ticks of results in turn, the first ones; 1 as well when each has its part of every tick. */
  readonly turns: number
  /** First words in the ROMs of every L-Unit. */
  readonly codeBase: number
  readonly scaleBase: number
}

/** The sweeps of a layer. */
export interface LayerSweeps<M = MatrixShape> {
  readonly keyQueryValue: SweptMatrix<M>
  readonly output: SweptMatrix<M>
  readonly gateUp: SweptMatrix<M>
  readonly down: SweptMatrix<M>
}

export interface Placement<M = MatrixShape> {
  readonly layers: readonly LayerSweeps<M>[]
  readonly head: SweptMatrix<M>
  readonly codeDepth: number
  readonly scaleDepth: number
  /** Of a chip with adapters. */
  readonly adapters?: AdapterPlacement
}

/** The model's matrices, as far as placing them goes. */
export interface PlacedModel<M = MatrixShape> {
  readonly config: ModelConfig
  readonly layers: readonly { readonly [K in LayerMatrix]: M }[]
  readonly head: M
}

/** Whether any matrix that the L-Units multiply has offsets. */
export function hasOffsets({ layers, head }: PlacedModel): boolean {
  const matrices = layers.flatMap(({ wq, wk, wv, wo, w1, w2, w3 }) => [wq, wk, wv, wo, w1, w2, w3])
  return [...matrices, head].some(({ offsets }) => offsets !== undefined)
}

type LayerMatrix = {
  [K in keyof LayerModel]: LayerModel[K] extends QuantizedMatrix ? K : never
}[keyof LayerModel]

/** For each vector unit, or for the first alone, the rows whose results it reads, in order; of one length. */
type RowsOfUnits<M> = readonly (readonly PlacedRow<M>[])[]

/**
 * Gives every weight its L-Unit and its ROM words. In each tick the L-Units of a column give one row each; whose results
 * they are {@link resultPlace} tells. An L-Unit in column `c` of the mesh has those groups of its rows that column `c` has
 * of the activations. Zeros fill up.
 */
export function placeWeights<M extends MatrixShape>(
  shape: ChipShape,
  sweep: SweepParameters,
  model: PlacedModel<M>,
): Placement<M> {
  const { bits, columns, hUnits } = shape
  let codeBase = 0
  let scaleBase = 0
  const place = (name: string, units: RowsOfUnits<M>, matrix: M, segments = 1): SweptMatrix<M> => {
    const turns = shape.dealsTicks ? units.length : 1
    const rows = tickRows(shape, units, turns)
    const order = sweepOrder(
      sweep,
      rows.length / shape.lUnits,
      columnLength(matrix.columns, shape.group, columns),
      digitsOfCode(matrix.bits, bits)!,
    )
    const placed = {
      name,
      rows,
      unitRows: units,
      columnGroups: columnGroups(groupsPerRow(matrix), columns, segments),
      order,
      results: units[0]!.length,
      turns,
      codeBase,
      scaleBase,
    }
    codeBase += codeWords(order)
    scaleBase += scaleWords(order)
    return placed
  }
  const layers = model.layers.map(({ wq, wk, wv, wo, w1, w2, w3 }, layer) => ({
    keyQueryValue: place(
      `layers.${layer}.kqv`,
      keyQueryValueRows(shape, model.config.ropePairs, wk, wq, wv),
      wq,
    ),
    output: place(`layers.${layer}.wo`, spreadRows(shape, wo), wo, hUnits),
    gateUp: place(`layers.${layer}.w13`, gateUpRows(shape, w1, w3), w1),
    down: place(`layers.${layer}.w2`, spreadRows(shape, w2), w2),
  }))
  const head = place('head', vocabularyRows(shape, model.head), model.head)
  return { layers, head, codeDepth: codeBase, scaleDepth: scaleBase }
}

/** Results that a vector unit gets in a tick, or in each that is its own. */
export function unitResults({ lUnits, columns, dealsTicks }: ChipShape): number {
  return dealsTicks ? lUnits : lUnits / columns
}

/** The tick of a sweep in which a vector unit gets a result, counted from its first, and its place among those of the tick. */
export function resultPlace(shape: ChipShape, turns: number, unit: number, result: number) {
  const perTick = unitResults(shape)
  const turn = Math.floor(result / perTick)
  const place = result % perTick
  return shape.dealsTicks
    ? { tick: turn * turns + unit, place }
    : { tick: turn, place: unit * perTick + place }
}

/** The rows of all vector units in the order of {@link resultPlace}, whole beats of them. */
function tickRows<M>(shape: ChipShape, units: RowsOfUnits<M>, turns: number): PlacedRow<M>[] {
  const { lUnits, vectorLanes } = shape
  const results = Math.ceil(units[0]!.length / vectorLanes) * vectorLanes
  const ticks = Math.ceil(results / unitResults(shape)) * turns
  const placed = Array.from({ length: ticks * lUnits }, (): PlacedRow<M> => undefined)
  for (const [unit, rows] of units.entries()) {
    for (const [result, row] of rows.entries()) {
      const { tick, place } = resultPlace(shape, turns, unit, result)
      placed[tick * lUnits + place] = row
    }
  }
  return placed
}

function ofEveryUnit<M>(
  { columns }: ChipShape,
  rowsOf: (unit: number) => readonly PlacedRow<M>[],
): RowsOfUnits<M> {
  return Array.from({ length: columns }, (_, unit) => rowsOf(unit))
}

/** Rows of a matrix that makes a vector: every vector unit has the groups of its column. */
function spreadRows<M extends MatrixShape>(shape: ChipShape, matrix: M): RowsOfUnits<M> {
  return ofEveryUnit(shape, (unit) =>
    columnElements(matrix.rows, shape.group, shape.columns, unit).map((row) =>
      row === undefined ? undefined : { matrix, row },
    ),
  )
}

/** Beats of both matrices in turn, the last ones filled up. */
function gateUpRows<M extends MatrixShape>(shape: ChipShape, gate: M, up: M): RowsOfUnits<M> {
  const { vectorLanes: lanes } = shape
  const gates = spreadRows(shape, gate)
  const ups = spreadRows(shape, up)
  return ofEveryUnit(shape, (unit) => {
    const beats = Math.ceil(gates[unit]!.length / lanes)
    return Array.from({ length: beats }, (_, beat) =>
      [gates[unit]!, ups[unit]!].flatMap((rows) =>
        Array.from({ length: lanes }, (_, lane) => rows[beat * lanes + lane]),
      ),
    ).flat()
  })
}

/** Tokens over the beats of all vector units together. */
function vocabularyRows<M extends MatrixShape>(shape: ChipShape, matrix: M): RowsOfUnits<M> {
  const { columns, vectorLanes: lanes } = shape
  const beats = Math.ceil(matrix.rows / (columns * lanes))
  return ofEveryUnit(shape, (unit) =>
    Array.from({ length: beats * lanes }, (_, i) => {
      const row = (Math.floor(i / lanes) * columns + unit) * lanes + (i % lanes)
      return row < matrix.rows ? { matrix, row } : undefined
    }),
  )
}

/**
 * Key heads, query heads, value heads: a vector unit has those of its H-Unit, and of each head its column's
 * share. Rows that rotate together are neighbours.
 */
function keyQueryValueRows<M>(
  shape: ChipShape,
  pairs: ModelConfig['ropePairs'],
  wk: M,
  wq: M,
  wv: M,
): RowsOfUnits<M> {
  const { hUnits, headColumns, heads, kvHeads, headSize, group } = shape
  return Array.from({ length: hUnits * headColumns }, (_, unit) => {
    const hUnit = Math.floor(unit / headColumns)
    const share = columnElements(headSize, group, headColumns, unit % headColumns)
    const headRows = (matrix: M, count: number, rowInHead: (element: number) => number) =>
      Array.from({ length: count / hUnits }, (_, i) => {
        const first = ((hUnit * count) / hUnits + i) * headSize
        return share.map((element) => ({ matrix, row: first + rowInHead(element!) }))
      }).flat()
    const paired = (element: number) =>
      pairs === 'interleaved' ? element : (element >> 1) + (element & 1) * (headSize / 2)
    return [
      ...headRows(wk, kvHeads, paired),
      ...headRows(wq, heads, paired),
      ...headRows(wv, kvHeads, (element) => element),
    ]
  })
}

/** Every sweep in the order of its ROM words. */
export function allSweeps<M>({ layers, head }: Placement<M>): SweptMatrix<M>[] {
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
