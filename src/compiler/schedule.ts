import { type Activity, type Arrival, criticalNeed, type Need } from './activity.js'
import type { ChipShape } from './chip-shape.js'
import { columnLength } from './column-split.js'
import {
  type LayerSweeps,
  type Placement,
  resultPlace,
  type SweptMatrix,
  unitResults,
} from './placement.js'
import type { Action, Instruction, VectorOperation } from './program.js'
import {
  codeWords,
  groupBeats,
  groupStarts,
  rowEnds,
  type SweepOrder,
  sweepCycles,
} from './sweep-order.js'
import type { ChipTiming } from './timing.js'

export interface Schedule {
  readonly program: readonly Instruction[]
  /** Cycles of a token at position 0: with the head, and of a prompt token without. */
  readonly cycles: number
  readonly promptCycles: number
  /** Cycles after `prompt-end` until a prompt token leaves the next one alone. */
  readonly settleCycles: number
  /** Cycles that each earlier position adds to every token. */
  readonly cyclesPerPosition: number
  /** A token aligns an odd number of vectors, so that the next one finds the banks swapped. */
  readonly swapsBanks: boolean
  readonly activities: readonly Activity[]
  /** Beats of the result memory, a power of two. */
  readonly resultBeats: number
  /** The orders of the sweeps, by number. */
  readonly orders: readonly SweepOrder[]
  /** Numbers of the orders whose results all go to the first vector unit, though the units take turns in others. */
  readonly firstUnitOrders: readonly number[]
}

/** Cycles of a token at a position. */
export function tokenCycles(
  { cycles, cyclesPerPosition }: Pick<Schedule, 'cycles' | 'cyclesPerPosition'>,
  position: number,
): number {
  return cycles + position * cyclesPerPosition
}

/**
 * The static schedule of a token: every sweep starts in the first cycle in which all its data come in time.
 * Nothing waits in hardware, so an order of starts and the pipelines' latencies are all there is to it.
 */
export function scheduleToken(
  shape: ChipShape,
  placement: Placement,
  timing: ChipTiming,
): Schedule {
  return new Scheduler(shape, placement, timing).run()
}

/** Beats of a result memory that holds the results of two sweeps, those of the head aside: a power of two. */
export function resultMemoryBeats(shape: ChipShape, { layers, head }: Placement): number {
  const tickBeats = unitResults(shape) / shape.vectorLanes
  const sweeps = layers.flatMap((layer) => Object.values(layer))
  const least = Math.max(
    4,
    4 * tickBeats,
    ...sweeps.map((matrix) => 2 * writtenBeats(shape, matrix)),
    waitingBeats(beatTimes(shape, head, 0, 0), beatTimes(shape, head, 0)) +
      2 * Math.max(1, tickBeats),
  )
  return 2 ** Math.ceil(Math.log2(least))
}

/** Beats that a sweep writes to the result memory, those of rows that fill up among them. */
function writtenBeats(shape: ChipShape, { order, turns }: SweptMatrix): number {
  return Math.ceil(((order.rows / turns) * unitResults(shape)) / shape.vectorLanes)
}

/**
 * For each beat of a sweep's results the cycle of its last row's last ROM word, `after` being the cycle of the first.
 *
 * @param unit the vector unit whose results they are, by default the last one to get them
 */
function beatTimes(
  shape: ChipShape,
  { order, results, turns }: SweptMatrix,
  after: number,
  unit = turns - 1,
): number[] {
  const { vectorLanes } = shape
  const ends = rowEnds(order)
  return Array.from({ length: Math.ceil(results / vectorLanes) }, (_, beat) => {
    const last = (beat + 1) * vectorLanes - 1
    return ends[resultPlace(shape, turns, unit, last).tick]! + after
  })
}

/** Beats that wait at the most when they are written in some cycles, and read at a steady interval as soon as they may. */
function waitingBeats(written: readonly number[], readable: readonly number[]): number {
  const { interval, first } = steadyReading(readable)
  let count = 0
  let most = 0
  for (const [beat] of readable.entries()) {
    while (count < written.length && written[count]! <= first + beat * interval) count++
    most = Math.max(most, count - beat)
  }
  return most
}

/** When the groups of a vector in activation memory may be read, and in which bank they are. */
interface AlignedVector {
  readonly bank: number
  readonly groups: readonly Arrival[]
}

const nothingBefore: Arrival = { from: 'start', through: 'nothing', left: 0, ready: 0 }

class Scheduler {
  readonly #program: Instruction[] = []
  readonly #activities: Activity[] = []
  readonly #orders: { readonly order: SweepOrder; readonly turns: number }[] = []
  readonly #resultBeats: number
  #layer = 0
  #sweepFree = nothingBefore
  #adapterFree = nothingBefore
  #vectorFree = nothingBefore
  #factor = nothingBefore
  #residual = nothingBefore
  #results = 0
  #bank = 0
  #positions = 0

  constructor(
    private readonly shape: ChipShape,
    private readonly placement: Placement,
    private readonly timing: ChipTiming,
  ) {
    this.#resultBeats = resultMemoryBeats(shape, placement)
  }

  run(): Schedule {
    const norms = this.#columnBeats(this.shape.dim)
    let x = this.#normalise('embed', 'embedding', undefined, 0, norms)
    for (const [layer, matrices] of this.placement.layers.entries()) {
      this.#layer = layer
      const multiplied = (kind: keyof LayerSweeps, vector: AlignedVector): SweepResults => ({
        ...this.#sweep(matrices[kind], vector),
        rankVectors: this.#adapt(kind, vector),
      })
      const kqv = multiplied('keyQueryValue', x)
      const mixed = this.#attention(kqv)
      const output = multiplied('output', mixed)
      x = this.#normalise(
        'residual',
        `layers.${layer}.attention residual`,
        output,
        (2 * layer + 1) * norms,
        norms,
      )
      const gateUp = multiplied('gateUp', x)
      const hidden = this.#feedForward(gateUp)
      const down = multiplied('down', hidden)
      x = this.#normalise(
        'residual',
        `layers.${layer}.residual`,
        down,
        (2 * layer + 2) * norms,
        norms,
      )
    }
    const promptEnd = this.#issue({ unit: 'prompt-end' }, this.#lastIssue() + 1)
    const settleCycles = Math.max(1, this.#settled(x) - promptEnd)
    const logits = this.#sweep(this.placement.head, x)
    const token = this.#head(logits)
    const end = this.#issue({ unit: 'end' }, token)
    return {
      program: this.#program,
      cycles: end + 1,
      promptCycles: promptEnd + settleCycles + 1,
      settleCycles,
      cyclesPerPosition: this.#positions * this.timing.attention.positionCycles,
      swapsBanks: this.#bank === 1,
      activities: this.#activities,
      resultBeats: this.#resultBeats,
      orders: this.#orders.map(({ order }) => order),
      firstUnitOrders: this.#orders.flatMap(({ turns }, number) =>
        this.shape.dealsTicks && turns === 1 ? [number] : [],
      ),
    }
  }

  /** Adds an instruction at the first free cycle from `cycle` on, and gives that cycle. */
  #issue(action: Action, cycle: number): number {
    let free = Math.max(0, cycle)
    while (this.#program.some((instruction) => instruction.cycle === free)) free++
    this.#program.push({ cycle: free, action })
    this.#program.sort((a, b) => a.cycle - b.cycle)
    return free
  }

  #lastIssue(): number {
    return this.#program.at(-1)!.cycle
  }

  /** Beats of a vector at every vector unit. */
  #columnBeats(length: number): number {
    return Math.ceil(this.#columnLength(length) / this.shape.vectorLanes)
  }

  #columnLength(length: number): number {
    return columnLength(length, this.shape.group, this.shape.columns)
  }

  /** Starts an L sweep; gives for each beat of its results the first cycle in which it may be read. */
  #sweep(matrix: SweptMatrix, x: AlignedVector): SweepResults {
    const { sweep } = this.timing
    const { order } = matrix
    const needs = [
      { ...this.#sweepFree, start: this.#sweepFree.ready },
      ...activationNeeds(order, x, sweep),
    ]
    const results = this.#results
    const start = this.#issue(
      {
        unit: 'sweep',
        order: this.#orderNumber(matrix),
        codeBase: matrix.codeBase,
        scaleBase: matrix.scaleBase,
        bank: x.bank,
        results,
      },
      earliestStart(needs),
    )
    this.#results = (results + writtenBeats(this.shape, matrix)) % this.#resultBeats
    const end = start + sweepCycles(order)
    const { name } = matrix
    this.#sweepFree = {
      from: name,
      through: 'ROM ports',
      left: end,
      ready: end,
    }
    this.#activities.push({
      unit: 'sweep',
      name,
      issued: start,
      start,
      end,
      romCycles: codeWords(order),
      needs,
    })
    const ends = rowEnds(order)
    this.#activities.push({
      unit: 'results',
      name: `${name} results`,
      issued: start,
      start: start + ends[0]! + sweep.result,
      end: start + ends.at(-1)! + sweep.result + 1,
      needs: [],
    })
    const words = beatTimes(this.shape, matrix, start)
    const delay = sweep.result + this.timing.vector.resultToIssue
    return {
      first: results,
      arrivals: words.map((left) => ({
        from: name,
        through: 'L-Unit pipeline',
        left,
        ready: left + delay,
      })),
    }
  }

  /** Starts a sweep of the A units; gives for each vector `A x` the first cycle in which a beat that uses it may be issued. */
  #adapt(kind: keyof LayerSweeps, x: AlignedVector): readonly Arrival[] {
    const { adapter } = this.timing
    const { adapters } = this.placement
    if (adapter === undefined || adapters === undefined) return []
    const { name, projections, order: number, ...bases } = adapters.layers[this.#layer]![kind]
    const order = adapters.orders[number]!
    const needs = [
      { ...this.#adapterFree, start: this.#adapterFree.ready },
      ...activationNeeds(order, x, adapter),
    ]
    const vectors = projections.length
    const start = this.#issue(
      { unit: 'adapter', order: number, ...bases, bank: x.bank, vectors },
      earliestStart(needs),
    )
    const end = start + sweepCycles(order)
    const from = `${name} adapter`
    this.#adapterFree = { from, through: 'A units', left: end, ready: end }
    this.#activities.push({ unit: 'adapter', name: from, issued: start, start, end, needs })
    const results = rowEnds(order).map((beat) => start + beat + adapter.result)
    return adapter
      .readable(results, vectors)
      .map((ready) => ({ from, through: 'align unit of adapters', left: end, ready }))
  }

  #orderNumber({ order, turns }: SweptMatrix): number {
    const text = JSON.stringify({ order, turns })
    const known = this.#orders.findIndex((other) => JSON.stringify(other) === text)
    return known >= 0 ? known : this.#orders.push({ order, turns }) - 1
  }

  /** Starts a vector sweep as early as its beats are there; gives the cycle of its first beat's issue. */
  #vector(operation: VectorOperation, name: string, input: VectorInput): VectorSweep {
    const { vector } = this.timing
    const { beats, arrivals, interval = 1, table = 0 } = input
    const needs = [this.#vectorFree, ...(input.usesFactor ? [this.#factor] : [])].map(
      (arrival, i) => ({
        ...arrival,
        start: arrival.ready - vector.issue - (i === 1 ? vector.factorUse : 0),
      }),
    )
    for (const source of arrivals) {
      const ofBeats = Array.from({ length: beats }, (_, beat) => {
        const arrival = source(beat)
        return { ...arrival, start: arrival.ready - beat * interval - vector.issue }
      })
      needs.push(criticalNeed(ofBeats)!)
    }
    const start = this.#issue(
      { unit: 'vector', operation, beats, interval, results: input.results, table },
      earliestStart(needs),
    )
    const issue = start + vector.issue
    const last = issue + (beats - 1) * interval
    this.#vectorFree = { from: name, through: 'vector unit', left: last + 1, ready: last + 1 }
    this.#activities.push({ unit: 'vector', name, issued: start, start, end: last + 1, needs })
    return { name, start, issue, last }
  }

  /** Embedding or residual with the norm behind it: the vector that the next matrix sees. */
  #normalise(
    operation: 'embed' | 'residual',
    name: string,
    input: SweepResults | undefined,
    table: number,
    beats: number,
  ): AlignedVector {
    const { vector } = this.timing
    const { left, ready, ...before } = this.#residual
    const stored = (beat: number) => ({ ...before, left: left + beat, ready: ready + beat })
    const sweep = this.#vector(operation, name, {
      beats,
      table,
      results: input?.first ?? 0,
      arrivals: input === undefined ? [stored] : [stored, ...resultArrivals(input)],
    })
    const { issue, last } = sweep
    this.#residual = {
      from: name,
      through: 'residual stream',
      left: issue,
      ready: issue + vector.residualToIssue,
    }
    this.#factor = {
      from: name,
      through: 'norm factor',
      left: last,
      ready: last + vector.factor[operation],
    }
    return this.#aligned(
      sweep,
      'norm, align unit',
      Array.from({ length: beats }, (_, beat) => issue + beat),
      vector.toAlign[operation],
      this.shape.dim,
    )
  }

  #attention(kqv: SweepResults): AlignedVector {
    const { vector, attention } = this.timing
    const { kvHeads, heads, headSize, vectorLanes, dim, hUnits, headColumns } = this.shape
    const headBeats = headSize / headColumns / vectorLanes
    const operations = ['key', 'query', 'value'] as const
    const part = (operation: (typeof operations)[number], first: number, beats: number) => {
      const rankVector = operations.indexOf(operation)
      const sweep = this.#vector(operation, `layers.${this.#layer}.${operation}`, {
        beats,
        results: (kqv.first + first) % this.#resultBeats,
        table: operation === 'key' ? this.#layer : 0,
        usesFactor: true,
        arrivals: resultArrivals(kqv, first, () => rankVector),
      })
      const { name, last } = sweep
      const ready = last + vector.toHUnit[operation]
      const start = ready + attention[`${operation}ToStart`]
      this.#activities.push({
        unit: 'cache',
        name: `${name} ${operation === 'query' ? 'aligned' : 'cached'}`,
        issued: sweep.start,
        start: sweep.issue + vector.toHUnit[operation],
        end: ready + (operation === 'query' ? attention.aligned : attention.cached),
        needs: [],
      })
      return { from: name, through: 'rotation', left: last, ready, start }
    }
    const keys = (kvHeads / hUnits) * headBeats
    const queries = (heads / hUnits) * headBeats
    const needs = [
      part('key', 0, keys),
      part('query', keys, queries),
      part('value', keys + queries, keys),
    ]
    const start = this.#issue({ unit: 'attend' }, earliestStart(needs))
    this.#issue({ unit: 'positions' }, this.#lastIssue() + 1)
    this.#positions++
    const end = start + attention.mixBeats.at(-1)! + 1
    const mixed = attention.alignBeats.map((beat) => start + beat)
    const name = `layers.${this.#layer}.attention`
    const positions = 'lengthen'
    this.#activities.push({ unit: 'attention', name, issued: start, start, end, positions, needs })
    for (const unit of ['scores', 'softmax', 'mix'] as const) {
      const { from, to } = attention.stages[unit]
      this.#activities.push({
        unit,
        name: `${name} ${unit}`,
        issued: start,
        start: start + from,
        end: start + to,
        positions,
        needs: [],
      })
    }
    return this.#aligned({ name, start }, 'align unit', mixed, 0, dim, 'delay')
  }

  #feedForward(gateUp: SweepResults): AlignedVector {
    const { vector } = this.timing
    const beats = gateUp.arrivals.length
    const sweep = this.#vector('swiglu', `layers.${this.#layer}.swiglu`, {
      beats,
      results: gateUp.first,
      usesFactor: true,
      arrivals: resultArrivals(gateUp, 0, (beat) => beat % 2),
    })
    return this.#aligned(
      sweep,
      'SwiGLU, align unit',
      Array.from({ length: beats / 2 }, (_, pair) => sweep.issue + 2 * pair + 1),
      vector.toAlign.swiglu,
      this.shape.hiddenDim,
    )
  }

  #head({ first, arrivals }: SweepResults): number {
    const { interval } = steadyReading(arrivals.map(({ ready }) => ready))
    const sweep = this.#vector('head', 'logits', {
      beats: arrivals.length,
      interval,
      results: first,
      usesFactor: true,
      arrivals: [(beat) => arrivals[beat]!],
    })
    return sweep.last + this.timing.vector.token
  }

  /**
   * The groups of a vector whose beats leave an activity in the given cycles.
   *
   * @param latency cycles from there to the align unit
   */
  #aligned(
    { name: from, start: issued }: { readonly name: string; readonly start: number },
    through: string,
    beats: readonly number[],
    latency: number,
    vectorLength: number,
    positions?: 'delay',
  ): AlignedVector {
    const { group, vectorLanes } = this.shape
    const length = this.#columnLength(vectorLength)
    const ends = Array.from({ length: Math.ceil(length / group) }, (_, i) => {
      const last = Math.min(length, (i + 1) * group) - 1
      return beats[Math.floor(last / vectorLanes)]!
    })
    const bank = this.#bank
    this.#bank = 1 - bank
    const lastGroup = length - (ends.length - 1) * group
    const readable = this.timing.align.readable(
      ends.map((end) => end + latency),
      lastGroup,
    )
    this.#activities.push({
      unit: 'align',
      name: `${from} aligned`,
      issued,
      start: beats[0]! + latency,
      end: readable.at(-1)!,
      ...(positions === undefined ? {} : { positions }),
      needs: [],
    })
    return {
      bank,
      groups: readable.map((ready, i) => ({ from, through, left: ends[i]!, ready })),
    }
  }

  /** The first cycle in which the next token may start without meeting this one. */
  #settled({ groups }: AlignedVector): number {
    const last = [this.#residual, this.#sweepFree, this.#vectorFree, this.#factor, ...groups]
    return Math.max(...last.map(({ ready }) => ready))
  }
}

/** What a sweep of an order needs of a vector, each group in its time. */
function activationNeeds(
  order: SweepOrder,
  x: AlignedVector,
  timing: { readonly activation: number; readonly sum?: number; readonly exponent: number },
): Need[] {
  return groupStarts(order).map((first, group) => {
    const use = Math.min(
      first + timing.activation,
      ...(timing.sum === undefined ? [] : [first + timing.sum]),
      first + groupBeats(order, group) - 1 + timing.exponent,
    )
    const arrival = x.groups[group]!
    return { ...arrival, start: arrival.ready - use }
  })
}

/**
 * What the beats of a vector sweep need of a sweep's results, from the beat `first` on, and of its vectors `A x`.
 *
 * @param vectorOf which of these a beat is multiplied by
 */
function resultArrivals(
  { arrivals, rankVectors = [] }: SweepResults,
  first = 0,
  vectorOf: (beat: number) => number = () => 0,
): ((beat: number) => Arrival)[] {
  const results = (beat: number) => arrivals[first + beat]!
  return rankVectors.length === 0 ? [results] : [results, (beat) => rankVectors[vectorOf(beat)]!]
}

function earliestStart(needs: readonly Need[]): number {
  return criticalNeed(needs)?.start ?? 0
}

interface SweepResults {
  /** Beat of the result memory. */
  readonly first: number
  /** Of each beat, until it may be issued. */
  readonly arrivals: readonly Arrival[]
  /** Of each vector `A x`, with adapters. */
  readonly rankVectors?: readonly Arrival[]
}

interface VectorInput {
  readonly beats: number
  readonly interval?: number
  readonly results: number
  readonly table?: number
  /** Its numbers are multiplied by the norm's factor. */
  readonly usesFactor?: boolean
  /** What each beat needs. */
  readonly arrivals: readonly ((beat: number) => Arrival)[]
}

interface VectorSweep {
  readonly name: string
  readonly start: number
  /** The cycles in which the first and the last beat are issued. */
  readonly issue: number
  readonly last: number
}

/** The widest steady interval at which beats can be read and still end right after the last is there. */
function steadyReading(readable: readonly number[]): { interval: number; first: number } {
  const steps = readable.slice(1).map((time, i) => time - readable[i]!)
  const interval = Math.max(
    1,
    Math.floor((readable.at(-1)! - readable[0]!) / Math.max(1, steps.length)),
  )
  const first = Math.max(...readable.map((time, beat) => time - beat * interval))
  return { interval, first }
}
