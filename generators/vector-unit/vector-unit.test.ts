import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import {
  alignVector,
  argmax,
  embeddingRow,
  normFactor,
  rotated,
  round32,
  scaled,
  swiglu,
} from '../../src/golden/index.js'
import { beatsOf, type VectorUnitParameters } from './parameters.js'
import { randomModel, randomNumbers } from './testing/random-model.js'
import { testParameters } from './testing/test-parameters.js'
import { type OutputBeat, patternsOf, VectorBench } from './testing/vector-bench.js'
import { vectorTiming } from './timing.js'

function padded(numbers: Float32Array, length: number): Float32Array {
  const longer = new Float32Array(length)
  longer.set(numbers)
  return longer
}

/** Beats of numbers at `latency` after their issues. */
function beatsAt(numbers: Float32Array, lanes: number, issues: number[], latency: number) {
  const patterns = patternsOf(numbers)
  return issues.map(
    (issue, beat): OutputBeat => ({
      cycle: issue + latency,
      data: patterns.slice(beat * lanes, (beat + 1) * lanes),
    }),
  )
}

/** Follows a token through all kinds of sweeps, each as early as the timing allows. */
class Token {
  readonly timing
  readonly bench
  readonly random
  readonly model
  x = new Float32Array()
  bank = 0
  factor = 0
  factorFrom = 0

  constructor(
    readonly parameters: VectorUnitParameters,
    seed: number,
  ) {
    this.random = new Random(seed)
    this.model = randomModel(parameters, this.random)
    this.timing = vectorTiming(parameters)
    this.bench = new VectorBench(parameters, this.model.contents)
  }

  /** Checks the vector in the next bank, and when it may be read. */
  expectAligned(vector: Float32Array, ends: readonly number[]): void {
    const { group, mantissaBits, vectorLanes, activationLanes } = this.parameters
    const expected = alignVector(vector, group, mantissaBits)
    const beatsOfGroup = group / vectorLanes
    const groupEnds = expected.map(
      (_, g) => ends[Math.min(ends.length, (g + 1) * beatsOfGroup) - 1]!,
    )
    const lastGroup = vector.length - (expected.length - 1) * group
    const readable = this.timing.readable(groupEnds, lastGroup).at(-1)!
    const { early, last, all } = this.bench.activations(this.bank, vector.length, readable)
    for (const [g, { mantissas, sum, exponent }] of expected.entries()) {
      const size = g === expected.length - 1 ? lastGroup : group
      const reads = Math.ceil(size / activationLanes) * activationLanes
      expect(all[g]).toEqual({ mantissas: [...mantissas.subarray(0, reads)], sum, exponent })
    }
    expect(last.sum).toBe(expected.at(-1)!.sum)
    expect(early.sum).not.toBe(last.sum)
    this.bank = 1 - this.bank
    expect(this.bench.bank).toBe(this.bank)
  }

  normalise(ends: number[], norm: number): void {
    const { vectorLanes, epsilon } = this.parameters
    const issue = ends.at(-1)!
    this.factor = normFactor(this.x, { vectorLanes }, epsilon)
    this.factorFrom = issue + this.timing.factor
    this.expectAligned(
      scaled(this.x, this.model.norms[norm]!),
      ends.map((cycle) => cycle + this.timing.toAlign.residual),
    )
  }

  embed(token: number): void {
    const { bench, parameters } = this
    const beats = beatsOf(parameters).width
    const issues = bench.sweep(bench.cycle + 2, { sweep: 'embed', count: beats, token })
    this.x = embeddingRow(this.model.embedding, token) as Float32Array<ArrayBuffer>
    this.normalise(issues, 0)
  }

  /** Lets results come; gives the first issue at which a sweep of all of them meets them in time. */
  results(numbers: Float32Array, base: number, tickInterval: number, interval: number): number {
    const { vectorLanes, results } = this.parameters
    const ticks = this.bench.results(this.bench.cycle + 3, base, numbers, tickInterval)
    const beats = Math.ceil(numbers.length / vectorLanes)
    return Math.max(
      ...Array.from({ length: beats }, (_, beat) => {
        const lastTick = Math.floor(((beat + 1) * vectorLanes - 1) / results)
        return (
          ticks[Math.min(lastTick, ticks.length - 1)]! + this.timing.resultToIssue - beat * interval
        )
      }),
    )
  }

  residual(norm: number, base: number, tickInterval: number): void {
    const { bench, parameters } = this
    const beats = beatsOf(parameters).width
    const y = randomNumbers(this.random, parameters.width)
    const first = this.results(y, base, tickInterval, 1)
    const issues = bench.sweep(first, {
      sweep: 'residual',
      count: beats,
      source: base,
      table: norm * beats,
    })
    this.x = this.x.map((value, i) => round32(value + y[i]!))
    this.normalise(issues, norm)
  }

  /** Key, query and value rows one sweep after the other. */
  attention(position: number, base: number): void {
    const { bench, parameters, timing } = this
    const { heads, kvHeads, headSize, vectorLanes, ropeBase, resultBeats } = parameters
    const rows = randomNumbers(this.random, (heads + 2 * kvHeads) * headSize)
    const model = { ropeBase, ropePairs: 'interleaved' } as const
    const ready = this.results(rows, base, 1, 1)
    let first = Math.max(this.factorFrom, ready + rows.length / vectorLanes)
    let row = 0
    const queryFactor = round32(this.factor * Math.fround(Math.LOG2E / Math.sqrt(headSize)))
    for (const [sweep, count, factor] of [
      ['key', kvHeads, this.factor],
      ['query', heads, queryFactor],
      ['value', kvHeads, this.factor],
    ] as const) {
      const part = scaled(rows.slice(row, row + count * headSize), factor)
      const data = sweep === 'value' ? part : rotated(part, position, headSize, model)
      const issues = bench.sweep(first, {
        sweep,
        count: (count * headSize) / vectorLanes,
        source: (base + row / vectorLanes) % resultBeats,
        position,
      })
      bench.runTo(issues.at(-1)! + timing.toHead[sweep] + 1)
      const expected = beatsAt(data, vectorLanes, issues, timing.toHead[sweep])
      expect(bench.outputs[sweep].splice(0)).toEqual(expected)
      row += count * headSize
      first = bench.cycle + 1
    }
    const mixed = randomNumbers(this.random, heads * headSize)
    this.expectAligned(mixed, bench.mix(bench.cycle + 1, mixed))
  }

  feedForward(base: number, interval: number): void {
    const { bench, parameters, timing } = this
    const { hidden, vectorLanes } = parameters
    const beats = beatsOf(parameters).hidden
    const [gate, up] = [randomNumbers(this.random, hidden), randomNumbers(this.random, hidden)]
    const rows = new Float32Array(2 * beats * vectorLanes)
    for (const [second, part] of [gate, up].entries()) {
      const whole = padded(part, beats * vectorLanes)
      for (let beat = 0; beat < beats; beat++) {
        const numbers = whole.subarray(beat * vectorLanes, (beat + 1) * vectorLanes)
        rows.set(numbers, (2 * beat + second) * vectorLanes)
      }
    }
    const ready = this.results(rows, base, interval, interval)
    const issues = bench.sweep(Math.max(ready, this.factorFrom), {
      sweep: 'swiglu',
      count: 2 * beats,
      interval,
      source: base,
    })
    this.expectAligned(
      swiglu(scaled(gate, this.factor), scaled(up, this.factor)),
      issues.filter((_, beat) => beat % 2 === 1).map((issue) => issue + timing.toAlign.swiglu),
    )
  }

  head(base: number, interval: number): void {
    const { bench, parameters, timing } = this
    const { vocabulary, vectorLanes } = parameters
    const count = Math.ceil(vocabulary / vectorLanes)
    const rows = padded(
      randomNumbers(this.random, vocabulary).map((value) => -Math.abs(value)),
      count * vectorLanes,
    )
    const best = this.random.integer(0, vocabulary - 1)
    rows.fill(Math.fround(-1e-12), best, Math.min(vocabulary, best + 3))
    rows.fill(1, vocabulary)
    const ready = this.results(rows, base, 1, interval)
    const issues = bench.sweep(Math.max(ready, this.factorFrom), {
      sweep: 'head',
      count,
      interval,
      source: base,
    })
    bench.runTo(issues.at(-1)! + timing.token + 3)
    const logits = scaled(rows, this.factor)
    expect(bench.outputs.logit.splice(0)).toEqual(
      beatsAt(logits, vectorLanes, issues, timing.logits),
    )
    expect(bench.outputs.token.splice(0)).toEqual([
      {
        cycle: issues.at(-1)! + timing.token,
        data: [argmax(logits.subarray(0, vocabulary))],
      },
    ])
  }
}

const shapes: Partial<VectorUnitParameters>[] = [
  {},
  { vectorLanes: 8, results: 2, activationLanes: 32, resultBeats: 32 },
  { vectorLanes: 2, results: 8, activationLanes: 32, resultBeats: 128, vocabulary: 33 },
  { vectorLanes: 4, results: 3, resultBeats: 64 },
  { vectorLanes: 2, results: 5, resultBeats: 128 },
  {
    width: 8,
    heads: 1,
    kvHeads: 1,
    headSize: 8,
    hidden: 5,
    vectorLanes: 8,
    results: 4,
    activationLanes: 2,
  },
  {
    width: 144,
    heads: 3,
    kvHeads: 3,
    headSize: 48,
    hidden: 100,
    vectorLanes: 16,
    results: 16,
    activationLanes: 64,
    group: 64,
    mantissaBits: 16,
    resultBeats: 64,
  },
]

test.each(shapes)('a token through all sweeps: %j', (given) => {
  const parameters = testParameters(given)
  const { resultBeats, vocabulary, results, vectorLanes } = parameters
  const step = Math.max(1, Math.ceil(results / vectorLanes))
  const base = (at: number) => (at * step) % resultBeats
  const token = new Token(parameters, 1)
  token.embed(vocabulary - 1)
  token.attention(0, base(1))
  token.residual(1, base(Math.floor(resultBeats / step) - 2), 1)
  token.feedForward(base(3), 1)
  token.residual(2, base(0), 3)
  token.attention(11, base(2))
  token.residual(3, base(5), 1)
  token.feedForward(base(1), 3)
  token.head(base(1), 2)
  token.embed(7)
  token.attention(15, 0)
})

test.each(shapes.slice(1, 5))(
  'the factor is used from the cycle on that the timing tells: %j',
  (given) => {
    const parameters = testParameters(given)
    const { vectorLanes, results, width, headSize, epsilon } = parameters
    const timing = vectorTiming(parameters)
    const random = new Random(5)
    const { embedding, contents } = randomModel(parameters, random)
    const rows = randomNumbers(random, Math.max(vectorLanes, results))
    const bench = new VectorBench(parameters, contents)
    bench.results(2, 0, rows)
    bench.runTo(20)
    for (const [token, sweep] of (['value', 'query'] as const).entries()) {
      const norm = { sweep: 'embed', count: width / vectorLanes, token } as const
      const ends = bench.sweep(bench.cycle + 2, norm).at(-1)!
      const from = ends + (sweep === 'query' ? timing.queryFactor : timing.factor)
      bench.sweep(from - 1, { sweep, count: 1 })
      bench.sweep(from, { sweep, count: 1 })
      bench.runTo(from + 20)
      const factor = normFactor(embeddingRow(embedding, token), { vectorLanes }, epsilon)
      const scale = Math.fround(Math.LOG2E / Math.sqrt(headSize))
      const used = sweep === 'query' ? round32(factor * scale) : factor
      const [early, exact] = bench.outputs[sweep]
      const expected = patternsOf(scaled(rows.subarray(0, vectorLanes), used))
      expect(exact).toEqual({ cycle: from + timing.toHead[sweep], data: expected })
      expect(early!.data).not.toEqual(expected)
    }
  },
)
