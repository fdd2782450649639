import { expect, test } from 'vitest'
import { randomAdapter } from '../checkpoint/testing/random-adapter.js'
import { smallModel } from '../flow/chip/testing/small-model.js'
import { type ChipAdapter, quantizeAdapter } from '../quantize/index.js'
import { add } from './binary32-operations.js'
import { ChipDecoder, type ChipFormat, type OperationName } from './chip-decoder.js'
import { MatrixProduct } from './matrix-product.js'
import { scaled } from './norm.js'

const config = {
  dim: 128,
  hiddenDim: 72,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  vocabulary: 19,
  contextLength: 16,
  tiedHead: false,
  ropeBase: 10_000,
  ropePairs: 'interleaved',
  normEpsilon: Math.fround(1e-5),
} as const
const model = smallModel({ bits: 4, headBits: 8, group: 32 }, config)
const format: ChipFormat = {
  vectorLanes: 8,
  columns: 2,
  hUnits: 2,
  mantissaBits: 12,
  digitBits: 4,
  kvFormat: 'int8',
}
const adapter = quantizeAdapter(randomAdapter(config, 3), { rank: 8, group: 32 })
const valueOnly = quantizeAdapter(randomAdapter(config, 4, { kinds: ['attention.wv'] }), {
  rank: 8,
  group: 32,
})
const names = ['wq', 'wk', 'wv', 'wo', 'w1', 'w2', 'w3'] as const

/** The vectors of the last of some tokens, and its logits; an adapter for each token. */
function run(adapters: readonly (ChipAdapter | undefined)[]) {
  let vectors = new Map<string, Float32Array | Int32Array>()
  const decoder = new ChipDecoder(model, format, (operation, layer, vector) => {
    vectors.set(`${layer} ${operation}`, vector.slice())
  })
  let logits = new Float32Array()
  for (const [position, adapter] of adapters.entries()) {
    vectors = new Map()
    decoder.useAdapter(adapter)
    logits = Float32Array.from(decoder.step((7 * position + 1) % config.vocabulary))
  }
  const own = vectors
  const of = (operation: OperationName, layer: number) => [...own.get(`${layer} ${operation}`)!]
  return { logits: [...logits], operations: [...own.keys()], of }
}

test('every projection has its delta, added before anything else is done with the row', () => {
  const { of } = run([adapter, adapter])
  for (const [layer] of model.layers.entries()) {
    for (const name of names) {
      const delta = of(`${name} delta`, layer)
      expect(delta.some((value) => value !== 0)).toBe(true)
      expect(of(`${name} sum`, layer)).toEqual(of(name, layer).map((row, i) => add(row, delta[i]!)))
    }
    const rows = Float32Array.from(of('wv sum', layer))
    const [factor] = of('attention factor', layer)
    expect(of('value', layer)).toEqual([...scaled(rows, factor!)])
    const mix = Float32Array.from(of('mix', layer))
    const { a } = adapter.layers[layer]!['attention.wo']!
    const inColumns = new MatrixProduct(a, { mantissaBits: 12, digitBits: 8, columns: 2 }, 2)
    expect(of('wo a', layer)).toEqual([...inColumns.times(mix)])
  }
})

test('a projection that the adapter does not change has a delta of +0', () => {
  const { of } = run([valueOnly])
  expect(of('wv delta', 0).some((value) => value !== 0)).toBe(true)
  for (const name of names.filter((name) => name !== 'wv')) {
    expect(of(`${name} delta`, 0).every((value) => Object.is(value, 0))).toBe(true)
    expect(of(`${name} a`, 0)).toEqual(new Array(8).fill(0))
  }
})

test('an adapter of zeros is no adapter, and no adapter has no deltas', () => {
  const unsigned = (vector: number[]) => vector.map((value) => value + 0)
  const zero = quantizeAdapter(
    {
      path: '',
      format: 'GGUF',
      layers: randomAdapter(config, 1).layers.map((updates) =>
        Object.fromEntries(
          Object.entries(updates).map(([kind, update]) => [kind, { ...update, scale: 0 }]),
        ),
      ),
    },
    { rank: 16, group: 32 },
  )
  const plain = run([undefined, undefined])
  const zeros = run([zero, zero])
  expect(unsigned(zeros.logits)).toEqual(unsigned(plain.logits))
  expect(plain.operations.some((name) => name.includes('delta'))).toBe(false)
  expect(zeros.operations).toHaveLength(plain.operations.length + 2 * names.length * 3)
})

test('adapters are switched between tokens, and the cache keeps what earlier ones wrote', () => {
  const plain = run([undefined, undefined])
  const back = run([adapter, undefined])
  expect(back.of('wv', 0)).toEqual(plain.of('wv', 0))
  expect(back.operations).toEqual(plain.operations)
  expect(back.logits).not.toEqual(plain.logits)
  expect(run([undefined, undefined]).logits).toEqual(plain.logits)
  expect(run([adapter]).logits).not.toEqual(run([valueOnly]).logits)
})
