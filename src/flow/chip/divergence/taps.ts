import { finalInterval, visitTiming } from '../../../../generators/h-unit/timing.js'
import { alignShape } from '../../../../generators/vector-unit/index.js'
import { normEdges, vectorTiming } from '../../../../generators/vector-unit/timing.js'
import { alignParametersOf } from '../../../../generators/vector-unit/vector-unit.js'
import { columnElements } from '../../../compiler/column-split.js'
import type { SweptMatrix } from '../../../compiler/placement.js'
import { rowEnds } from '../../../compiler/sweep-order.js'
import { cachedVector, type KvFormat, type OperationName } from '../../../golden/index.js'
import type { ChipModel, QuantizedMatrix } from '../../../quantize/index.js'
import type { BuiltChip } from '../build-chip.js'
import { addAdapterTaps } from './adapter-taps.js'
import { cachePatterns } from './cache-patterns.js'
import type { GoldenValues } from './golden-values.js'
import type { AlignedOperation, Tap } from './tap.js'
import { type Elements, TapList } from './tap-list.js'

/** The internal signals that taps look at. */
const signals = {
  residual: (unit: number, lane: number) => `u_vector_row.u_vector_unit${unit}.u_norm.x${lane}`,
  norm: (unit: number) => `u_vector_row.u_vector_unit${unit}.u_norm.scaled_o`,
  hidden: (unit: number) => `u_vector_row.u_vector_unit${unit}.u_swiglu.hidden_o`,
  aligned: (unit: number, port: string) =>
    `u_vector_row.u_vector_unit${unit}.u_align.u_activation_memory.${port}_i`,
  factor: 'u_vector_row.u_factor.factor_o',
  heads: 'u_vector_row.head_data_o',
  logits: 'u_vector_row.logits_o',
  results: 'u_l_array.result_o',
  word: (hUnit: number) => `u_h_unit${hUnit}.u_encoder.word_o`,
  score: (hUnit: number, query: number) => `u_h_unit${hUnit}.u_score${query}.score_o`,
  weight: (hUnit: number, query: number) => `u_h_unit${hUnit}.u_softmax${query}.weight_o`,
  mix: (hUnit: number) => `u_h_unit${hUnit}.mix_data_o`,
} as const

const scoreBits = 31

/**
 * A token's numbers within a chip, in order of time: each where and when the schedule says that it is.
 *
 * @param hasLogits false for prompt tokens before the last one
 */
export function tapsOf(
  chip: BuiltChip,
  model: ChipModel,
  kvFormat: KvFormat,
  golden: GoldenValues,
  hasLogits: boolean,
): Tap[] {
  const taps = new TokenTaps(chip, model, kvFormat, golden)
  return taps.all(hasLogits).sort((a, b) => a.cycle - b.cycle)
}

class TokenTaps {
  readonly #list: TapList

  constructor(
    private readonly chip: BuiltChip,
    private readonly model: ChipModel,
    private readonly kvFormat: KvFormat,
    private readonly golden: GoldenValues,
  ) {
    this.#list = new TapList(chip.schedule, chip.timing, golden.position)
  }

  all(hasLogits: boolean): Tap[] {
    const { layers } = this.chip.placement
    this.#normalised('embedding', -1, 'embedding', 'attention norm', 0, 'attention factor')
    for (const [layer, matrices] of layers.entries()) {
      const { wk, wq, wv, wo, w1, w3, w2 } = this.model.layers[layer]!
      const name = `layers.${layer}`
      this.#results(matrices.keyQueryValue, layer, [
        [wk, 'wk'],
        [wq, 'wq'],
        [wv, 'wv'],
      ])
      this.#attention(layer)
      this.#results(matrices.output, layer, [[wo, 'wo']])
      this.#normalised(
        'attention residual',
        layer,
        `${name}.attention residual`,
        'feed-forward norm',
        layer,
        'feed-forward factor',
      )
      this.#results(matrices.gateUp, layer, [
        [w1, 'w1'],
        [w3, 'w3'],
      ])
      this.#hidden(layer)
      this.#results(matrices.down, layer, [[w2, 'w2']])
      const next = layer + 1 < layers.length
      this.#normalised(
        'residual',
        layer,
        `${name}.residual`,
        next ? 'attention norm' : 'norm',
        next ? layer + 1 : -1,
        next ? 'attention factor' : 'factor',
      )
    }
    if (hasLogits) {
      this.#results(this.chip.placement.head, -1, [[this.model.head, 'head']])
      this.#logits()
    }
    if (this.chip.placement.adapters !== undefined) {
      addAdapterTaps(this.#list, this.chip, this.model, this.golden)
    }
    return this.#list.taps
  }

  /** A sweep of the residual stream: it, the norm behind it, the norm's factor, the aligned vector. */
  #normalised(
    operation: 'embedding' | 'attention residual' | 'residual',
    layer: number,
    name: string,
    norm: 'attention norm' | 'feed-forward norm' | 'norm',
    normLayer: number,
    factor: OperationName,
  ): void {
    const { timing, shape } = this.chip
    const { vector } = timing
    const { vectorLanes, columns, dim, group } = shape
    const x = this.golden.of(operation, layer)
    const y = this.golden.of(norm, normLayer)
    const toAlign = vector.toAlign.residual
    const sum = toAlign - (normEdges.scaled - normEdges.sum)
    for (let unit = 0; unit < columns; unit++) {
      const elements = columnElements(dim, group, columns, unit)
      for (const [i, element] of elements.entries()) {
        if (element === undefined) continue
        const lane = i % vectorLanes
        const issue = this.#list.issue(name, Math.floor(i / vectorLanes))
        const residual = { operation, layer, element, signal: signals.residual(unit, lane) }
        this.#list.number({ ...residual, lane: 0, cycle: issue + sum }, x[element]!)
        const scaled = { operation: norm, layer: normLayer, element, signal: signals.norm(unit) }
        this.#list.number({ ...scaled, lane, cycle: issue + toAlign }, y[element]!)
      }
      this.#aligned(
        norm,
        normLayer,
        unit,
        elements,
        (beat) => this.#list.issue(name, beat) + toAlign,
      )
    }
    const beats = Math.ceil(columnElements(dim, group, columns, 0).length / vectorLanes)
    const ready = this.#list.issue(name, beats - 1) + vector.factor.residual
    this.#list.number(
      {
        operation: factor,
        layer: normLayer,
        element: 0,
        signal: signals.factor,
        lane: 0,
        cycle: ready,
      },
      this.golden.of(factor, normLayer)[0]!,
    )
  }

  /** The groups of a vector that comes to the align unit of a column. */
  #aligned(
    operation: AlignedOperation,
    layer: number,
    unit: number,
    elements: Elements,
    cycleOfBeat: (beat: number) => number,
  ): void {
    const { timing, shape, vectorUnit } = this.chip
    const { group, vectorLanes, mantissaBits } = shape
    const { wordLanes, sumBits } = alignShape(alignParametersOf(vectorUnit))
    const vector = this.golden.of(operation, layer)
    const count = Math.ceil(elements.length / group)
    const ends = Array.from({ length: count }, (_, g) =>
      cycleOfBeat(Math.floor((Math.min(elements.length, (g + 1) * group) - 1) / vectorLanes)),
    )
    const readable = timing.align.readable(ends, elements.length - (count - 1) * group)
    const signal = (port: string) => signals.aligned(unit, port)
    for (const [g, ready] of readable.entries()) {
      const own = elements.slice(g * group, (g + 1) * group)
      const place = { layer, elements: own, signal, ready }
      const numbers = { operation, vector, mantissaBits, wordLanes }
      const { sum } = this.#list.alignedGroup({ ...numbers, ...place })
      this.#list.integer(
        {
          operation: `${operation} sum`,
          layer,
          element: own[0] ?? 0,
          signal: signal('negated_sum'),
          lane: 0,
          bits: sumBits,
          cycle: ready - 1,
        },
        -sum,
      )
    }
  }

  /** The results of a sweep of the L array: the rows of some matrices. */
  #results(
    { name, rows, order }: SweptMatrix<QuantizedMatrix>,
    layer: number,
    matrices: readonly (readonly [QuantizedMatrix, OperationName])[],
  ): void {
    const { start } = this.#list.activity(name)
    const { lUnits } = this.chip.shape
    const operations = new Map(matrices)
    for (const [tick, end] of rowEnds(order).entries()) {
      const cycle = start + end + this.chip.timing.sweep.result
      for (let lane = 0; lane < lUnits; lane++) {
        const placed = rows[tick * lUnits + lane]
        if (placed === undefined) continue
        const operation = operations.get(placed.matrix)!
        const value = this.golden.of(operation, layer)[placed.row]!
        const tap = { operation, layer, element: placed.row, signal: signals.results, lane, cycle }
        this.#list.number(tap, value)
      }
    }
  }

  #attention(layer: number): void {
    const { shape, timing } = this.chip
    const { kvHeads, heads, headSize, vectorLanes, hUnits, headColumns } = shape
    const headBeats = headSize / headColumns / vectorLanes
    const keys = (kvHeads / hUnits) * headBeats
    const queries = (heads / hUnits) * headBeats
    const name = (operation: string) => `layers.${layer}.${operation}`
    const parts = [
      ['key', 0, keys],
      ['query', keys, queries],
      ['value', keys + queries, keys],
    ] as const
    for (const [operation, first, beats] of parts) {
      const cycleOf = (beat: number) =>
        this.#list.issue(name(operation), beat) + timing.vector.toHUnit[operation]
      this.#heads(operation, layer, first, beats, cycleOf)
      if (operation !== 'query') {
        this.#cached(operation, layer, first, (head) => cycleOf((head + 1) * headBeats - 1))
      }
    }
    this.#visits(layer)
    this.#mix(layer)
  }

  /** Rotated and scaled rows on their way to the H-Units. */
  #heads(
    operation: 'key' | 'query' | 'value',
    layer: number,
    first: number,
    beats: number,
    cycleOf: (beat: number) => number,
  ): void {
    const { vectorLanes, hUnits, headColumns } = this.chip.shape
    const vector = this.golden.of(operation, layer)
    for (let unit = 0; unit < hUnits * headColumns; unit++) {
      for (let i = 0; i < beats * vectorLanes; i++) {
        const element = this.#headElement(layer, unit, first * vectorLanes + i)
        const lane = unit * vectorLanes + (i % vectorLanes)
        const cycle = cycleOf(Math.floor(i / vectorLanes))
        const tap = { operation, layer, element, signal: signals.heads, lane, cycle }
        this.#list.number(tap, vector[element]!)
      }
    }
  }

  /** The row of key, query or value that a vector unit reads as a result of their sweep. */
  #headElement(layer: number, unit: number, result: number): number {
    const { unitRows } = this.chip.placement.layers[layer]!.keyQueryValue
    return unitRows[unit]![result]!.row
  }

  /** Words of the cache: a head in the order in which its beats come, from all vector units of its H-Unit. */
  #cached(
    operation: 'key' | 'value',
    layer: number,
    first: number,
    lastBeat: (head: number) => number,
  ): void {
    const { shape, timing } = this.chip
    const { kvHeads, headSize, hUnits, headColumns, vectorLanes } = shape
    const vector = this.golden.of(operation, layer)
    const heads = kvHeads / hUnits
    for (let head = 0; head < kvHeads; head++) {
      const hUnit = Math.floor(head / heads)
      const ofHead = first * vectorLanes + ((head % heads) * headSize) / headColumns
      const elements = Array.from({ length: headSize }, (_, i) => {
        const beat = Math.floor(i / (headColumns * vectorLanes))
        const column = Math.floor(i / vectorLanes) % headColumns
        const result = ofHead + beat * vectorLanes + (i % vectorLanes)
        return this.#headElement(layer, hUnit * headColumns + column, result)
      })
      const cached = cachedVector(
        Float32Array.from(elements, (element) => vector[element]!),
        this.kvFormat,
      )
      const cycle = lastBeat(head % heads) + timing.attention.cached - 1
      const { codes, codeBits, scale } = cachePatterns(cached, this.kvFormat)
      const tap = {
        operation: `cached ${operation}` as const,
        layer,
        signal: signals.word(hUnit),
        cycle,
      }
      for (const [lane, code] of codes.entries()) {
        // Integers have no negative zero, which an E4M3 code may be.
        if (this.kvFormat === 'e4m3' && code === 0n) continue
        this.#list.add({
          ...tap,
          element: elements[lane]!,
          lane,
          bits: codeBits,
          numbers: this.kvFormat === 'e4m3' ? 'unsigned' : 'signed',
          expected: code,
        })
      }
      if (scale === undefined) continue
      this.#list.add({
        ...tap,
        element: head * headSize,
        lane: (headSize * codeBits) / scale.bits,
        bits: scale.bits,
        numbers: 'unsigned',
        expected: scale.pattern,
      })
    }
  }

  /** Scores and weights of every position. */
  #visits(layer: number): void {
    const { shape, timing, hUnit: parameters } = this.chip
    const { position } = this.golden
    const { start } = this.#list.activity(`layers.${layer}.attention`)
    const scores = this.golden.of('scores', layer)
    const weights = this.golden.of('weights', layer)
    const kvHeads = shape.kvHeads / shape.hUnits
    const ratio = shape.heads / shape.kvHeads
    for (let head = 0; head < shape.heads; head++) {
      const hUnit = Math.floor(head / ratio / kvHeads)
      const kvHead = Math.floor(head / ratio) % kvHeads
      for (let t = 0; t <= position; t++) {
        const interval = t < position ? 1 : finalInterval(parameters)
        const visit = start + t * timing.attention.positionCycles + kvHead * interval
        const element = head * (position + 1) + t
        const tap = { layer, element, lane: 0 }
        this.#list.integer(
          {
            ...tap,
            operation: 'scores',
            signal: signals.score(hUnit, head % ratio),
            bits: scoreBits,
            cycle: visit + visitTiming.score,
          },
          scores[element]!,
        )
        this.#list.number(
          {
            ...tap,
            operation: 'weights',
            signal: signals.weight(hUnit, head % ratio),
            cycle: visit + visitTiming.weight,
          },
          weights[element]!,
        )
      }
    }
  }

  #mix(layer: number): void {
    const { shape, timing } = this.chip
    const { heads, headSize, vectorLanes, hUnits, headColumns, headsInFirst, group } = shape
    const { start } = this.#list.activity(`layers.${layer}.attention`)
    const mix = this.golden.of('mix', layer)
    const late = this.golden.position * timing.attention.positionCycles
    const cyclesOf = (beats: readonly number[]) => (beat: number) => start + beats[beat]! + late
    const mixed = cyclesOf(timing.attention.mixBeats)
    const aligned = cyclesOf(timing.attention.alignBeats)
    for (let unit = 0; unit < hUnits * headColumns; unit++) {
      const hUnit = Math.floor(unit / headColumns)
      const column = unit % headColumns
      const inHead = columnElements(headSize, group, headColumns, column)
      const elements = Array.from({ length: heads / hUnits }, (_, head) =>
        inHead.map((element) => ((hUnit * heads) / hUnits + head) * headSize + element!),
      ).flat()
      for (const [i, element] of elements.entries()) {
        const lane = column * vectorLanes + (i % vectorLanes)
        const cycle = mixed(Math.floor(i / vectorLanes))
        this.#list.number(
          { operation: 'mix', layer, element, signal: signals.mix(hUnit), lane, cycle },
          mix[element]!,
        )
      }
      if (!headsInFirst) this.#aligned('mix', layer, unit, elements, aligned)
    }
    if (!headsInFirst) return
    for (let unit = 0; unit < shape.columns; unit++) {
      const elements = columnElements(shape.dim, group, shape.columns, unit)
      this.#aligned('mix', layer, unit, elements, aligned)
    }
  }

  #hidden(layer: number): void {
    const { shape, timing } = this.chip
    const { hiddenDim, vectorLanes, columns, group } = shape
    const hidden = this.golden.of('hidden', layer)
    const cycleOf = (beat: number) =>
      this.#list.issue(`layers.${layer}.swiglu`, 2 * beat + 1) + timing.vector.toAlign.swiglu
    for (let unit = 0; unit < columns; unit++) {
      const elements = columnElements(hiddenDim, group, columns, unit)
      for (const [i, element] of elements.entries()) {
        if (element === undefined) continue
        const lane = i % vectorLanes
        const cycle = cycleOf(Math.floor(i / vectorLanes))
        this.#list.number(
          { operation: 'hidden', layer, element, signal: signals.hidden(unit), lane, cycle },
          hidden[element]!,
        )
      }
      this.#aligned('hidden', layer, unit, elements, cycleOf)
    }
  }

  #logits(): void {
    const { vectorLanes, columns } = this.chip.shape
    const logits = this.golden.of('logits', -1)
    const lanes = columns * vectorLanes
    for (const [element, value] of logits.entries()) {
      const cycle =
        this.#list.issue('logits', Math.floor(element / lanes)) +
        vectorTiming(this.chip.vectorUnit).logits
      const tap = { operation: 'logits' as const, layer: -1, element, signal: signals.logits }
      this.#list.number({ ...tap, lane: element % lanes, cycle }, value)
    }
  }
}
