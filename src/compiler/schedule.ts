import type { ChipShape } from './chip-shape.js'
import type { Placement, SweptMatrix } from './placement.js'
import type { Action, Instruction, VectorOperation } from './program.js'
import { groupBeats, groupStarts, rowEnds, type SweepOrder, sweepCycles } from './sweep-order.js'
import type { ChipTiming } from './timing.js'

/** A stretch of time in which a unit works, for reports and pictures. */
export interface Activity {
  readonly unit: 'sweep' | 'vector' | 'attention'
  /** What it works on: `layers.0.wo`, `layers.0.residual`. */
  readonly name: string
  readonly start: number
  /** The first cycle after. */
  readonly end: number
}

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
  const { lUnits, vectorLanes } = shape
  const sweeps = layers.flatMap((layer) => Object.values(layer))
  const least = Math.max(
    4,
    4 * (lUnits / vectorLanes),
    ...sweeps.map((matrix) => 2 * writtenBeats(shape, matrix)),
    waitingBeats(beatTimes(shape, head, 0)) + 2 * Math.max(1, lUnits / vectorLanes),
  )
  return 2 ** Math.ceil(Math.log2(least))
}

/** Beats that a sweep writes to the result memory, those of rows that fill up among them. */
function writtenBeats({ lUnits, vectorLanes }: ChipShape, { order }: SweptMatrix): number {
  return (order.rows * lUnits) / vectorLanes
}

/** For each beat of a sweep's results the cycle of its last row's last ROM word, `after` being the cycle of the first. */
function beatTimes(
  { lUnits, vectorLanes }: ChipShape,
  { order, rows }: SweptMatrix,
  after: number,
): number[] {
  const ends = rowEnds(order)
  return Array.from({ length: Math.ceil(rows.length / vectorLanes) }, (_, beat) => {
    const lastRow = (beat + 1) * vectorLanes - 1
    return ends[Math.floor(lastRow / lUnits)]! + after
  })
}

/** Beats that wait at the most when they are read at a steady interval. */
function waitingBeats(readable: readonly number[]): number {
  const { interval, first } = steadyReading(readable)
  let written = 0
  let most = 0
  for (const [beat] of readable.entries()) {
    while (written < readable.length && readable[written]! <= first + beat * interval) written++
    most = Math.max(most, written - beat)
  }
  return most
}

/** When the groups of a vector in activation memory may be read, and in which bank they are. */
interface AlignedVector {
  readonly bank: number
  readonly groups: readonly number[]
}

class Scheduler {
  readonly #program: Instruction[] = []
  readonly #activities: Activity[] = []
  readonly #orders: SweepOrder[] = []
  readonly #resultBeats: number
  #layer = 0
  #sweepFree = 0
  #vectorFree = 0
  #factor = 0
  #residual = 0
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
    const { dim, vectorLanes } = this.shape
    const norms = Math.ceil(dim / vectorLanes)
    let x = this.#normalise('embed', 0, 0, norms)
    for (const [layer, matrices] of this.placement.layers.entries()) {
      this.#layer = layer
      const kqv = this.#sweep(matrices.keyQueryValue, x)
      const mixed = this.#attention(kqv)
      const output = this.#sweep(matrices.output, mixed)
      x = this.#normalise('residual', output, (2 * layer + 1) * norms, norms)
      const gateUp = this.#sweep(matrices.gateUp, x)
      const hidden = this.#feedForward(gateUp)
      const down = this.#sweep(matrices.down, hidden)
      x = this.#normalise('residual', down, (2 * layer + 2) * norms, norms)
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
      orders: this.#orders,
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

  #beats({ rows }: SweptMatrix): number {
    return Math.ceil(rows.length / this.shape.vectorLanes)
  }

  /** Starts an L sweep; gives for each beat of its results the first cycle in which it may be read. */
  #sweep(matrix: SweptMatrix, x: AlignedVector): SweepResults {
    const { sweep } = this.timing
    const { order } = matrix
    let earliest = this.#sweepFree
    for (const [group, first] of groupStarts(order).entries()) {
      const beats = groupBeats(order, group)
      const use = Math.min(
        first + sweep.activation,
        first + sweep.sum,
        first + beats - 1 + sweep.exponent,
      )
      earliest = Math.max(earliest, x.groups[group]! - use)
    }
    const beats = this.#beats(matrix)
    const results = this.#results
    const start = this.#issue(
      {
        unit: 'sweep',
        order: this.#orderNumber(order),
        codeBase: matrix.codeBase,
        scaleBase: matrix.scaleBase,
        bank: x.bank,
        results,
      },
      earliest,
    )
    this.#results = (results + writtenBeats(this.shape, matrix)) % this.#resultBeats
    const end = start + sweepCycles(order)
    this.#sweepFree = end + sweep.exponent
    this.#activities.push({ unit: 'sweep', name: matrix.name, start, end })
    const delay = start + sweep.result + this.timing.vector.resultToIssue
    return { first: results, beats, readable: beatTimes(this.shape, matrix, delay) }
  }

  #orderNumber(order: SweepOrder): number {
    const text = JSON.stringify(order)
    const known = this.#orders.findIndex((other) => JSON.stringify(other) === text)
    return known >= 0 ? known : this.#orders.push(order) - 1
  }

  /** Starts a vector sweep as early as its beats are there; gives the cycle of its first beat's issue. */
  #vector(operation: VectorOperation, input: VectorInput, also: number): VectorSweep {
    const { vector } = this.timing
    const { beats, readable, interval = 1, table = 0 } = input
    let earliest = Math.max(also, this.#vectorFree - vector.issue)
    for (let beat = 0; beat < beats; beat++) {
      earliest = Math.max(earliest, readable(beat) - beat * interval - vector.issue)
    }
    const start = this.#issue(
      { unit: 'vector', operation, beats, interval, results: input.results, table },
      earliest,
    )
    const issue = start + vector.issue
    const last = issue + (beats - 1) * interval
    this.#vectorFree = last + 1
    const name = `layers.${this.#layer}.${operation}`
    this.#activities.push({ unit: 'vector', name, start, end: last + 1 })
    return { issue, interval, last }
  }

  /** Embedding or residual with the norm behind it: the vector that the next matrix sees. */
  #normalise(
    operation: 'embed' | 'residual',
    input: SweepResults | 0,
    table: number,
    beats: number,
  ): AlignedVector {
    const { vector } = this.timing
    const sweep = this.#vector(
      operation,
      {
        beats,
        table,
        results: input === 0 ? 0 : input.first,
        readable: (beat) =>
          Math.max(input === 0 ? 0 : input.readable[beat]!, this.#residual + beat),
      },
      0,
    )
    this.#residual = sweep.issue + vector.residualToIssue
    this.#factor = sweep.last + vector.factor[operation]
    return this.#aligned(
      Array.from({ length: beats }, (_, beat) => sweep.issue + beat + vector.toAlign[operation]),
      this.shape.dim,
    )
  }

  #attention(kqv: SweepResults): AlignedVector {
    const { vector, attention } = this.timing
    const { kvHeads, heads, headSize, vectorLanes, dim } = this.shape
    const headBeats = headSize / vectorLanes
    const part = (operation: 'key' | 'query' | 'value', first: number, beats: number) =>
      this.#vector(
        operation,
        {
          beats,
          results: (kqv.first + first) % this.#resultBeats,
          table: operation === 'key' ? this.#layer : 0,
          readable: (beat) => kqv.readable[first + beat]!,
        },
        this.#factor - vector.factorUse - vector.issue,
      ).last + vector.toHUnit[operation]
    const keys = kvHeads * headBeats
    const key = part('key', 0, keys)
    const query = part('query', keys, heads * headBeats)
    const value = part('value', keys + heads * headBeats, keys)
    const start = this.#issue(
      { unit: 'attend' },
      Math.max(
        key + attention.keyToStart,
        query + attention.queryToStart,
        value + attention.valueToStart,
      ),
    )
    this.#issue({ unit: 'positions' }, this.#lastIssue() + 1)
    this.#positions++
    const mixed = attention.mixBeats.map((beat) => start + beat)
    const end = mixed.at(-1)! + 1
    this.#activities.push({
      unit: 'attention',
      name: `layers.${this.#layer}.attention`,
      start,
      end,
    })
    return this.#aligned(mixed, dim)
  }

  #feedForward(gateUp: SweepResults): AlignedVector {
    const { vector } = this.timing
    const sweep = this.#vector(
      'swiglu',
      {
        beats: gateUp.beats,
        results: gateUp.first,
        readable: (beat) => gateUp.readable[beat]!,
      },
      this.#factor - vector.factorUse - vector.issue,
    )
    const pairs = Array.from({ length: gateUp.beats / 2 }, (_, pair) => 2 * pair + 1)
    return this.#aligned(
      pairs.map((beat) => sweep.issue + beat + vector.toAlign.swiglu),
      this.shape.hiddenDim,
    )
  }

  #head(logits: SweepResults): number {
    const { vector } = this.timing
    const { interval, first } = steadyReading(logits.readable)
    const sweep = this.#vector(
      'head',
      {
        beats: logits.beats,
        interval,
        results: logits.first,
        readable: (beat) => first + beat * interval,
      },
      this.#factor - vector.factorUse - vector.issue,
    )
    return sweep.last + vector.token
  }

  /** The groups of a vector whose beats are at the align unit in the given cycles. */
  #aligned(beats: readonly number[], length: number): AlignedVector {
    const { group, vectorLanes } = this.shape
    const ends = Array.from({ length: Math.ceil(length / group) }, (_, i) => {
      const last = Math.min(length, (i + 1) * group) - 1
      return beats[Math.floor(last / vectorLanes)]!
    })
    const bank = this.#bank
    this.#bank = 1 - bank
    const lastGroup = length - (ends.length - 1) * group
    return { bank, groups: this.timing.align.readable(ends, lastGroup) }
  }

  /** The first cycle in which the next token may start without meeting this one. */
  #settled({ groups }: AlignedVector): number {
    return Math.max(this.#residual, this.#sweepFree, this.#vectorFree, this.#factor, ...groups)
  }
}

interface SweepResults {
  /** Beat of the result memory. */
  readonly first: number
  readonly beats: number
  /** For each beat, the first cycle in which it may be issued. */
  readonly readable: readonly number[]
}

interface VectorInput {
  readonly beats: number
  readonly interval?: number
  readonly results: number
  readonly table?: number
  readonly readable: (beat: number) => number
}

interface VectorSweep {
  readonly issue: number
  readonly interval: number
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
