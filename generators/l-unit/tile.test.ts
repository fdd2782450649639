import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { tileCycles } from './cycles.js'
import {
  type LUnitParameters,
  lUnitParameters,
  lUnitStages,
  pipelineOfDepth,
} from './parameters.js'
import { randomActivations, randomWeights } from './testing/random-weights.js'
import { referenceProduct, type TestActivations } from './testing/reference.js'
import { type RunOptions, runTile } from './testing/run-tile.js'
import type { LUnitWeights } from './weights.js'

const table = { rom: { kind: 'table' } } as const

/** Runs vectors through a tile and compares every bit and the number of cycles with what is computed. */
function expectProducts(
  parameters: LUnitParameters,
  weights: LUnitWeights,
  units: number,
  vectors: readonly TestActivations[],
  options: RunOptions = {},
): void {
  const { rows, columns } = weights
  const { results, cycles } = runTile(parameters, weights, units, vectors, options)
  for (const [i, vector] of vectors.entries()) {
    const expected = referenceProduct(weights, parameters.group, parameters.mantissaBits, vector)
    expect(hex(results[i]!), `vector ${i}`).toEqual(hex(expected))
  }
  if (options.inRate === undefined && options.outRate === undefined) {
    const { total } = tileCycles(parameters, { rows, columns, units })
    expect(cycles).toEqual(vectors.map(() => total))
  }
}

function hex(words: Uint32Array): string[] {
  return [...words].map((word) => word.toString(16).padStart(8, '0'))
}

function expectRandomProducts(
  given: Partial<LUnitParameters>,
  { rows, columns, units }: { rows: number; columns: number; units: number },
  { vectors = 2, ...options }: RunOptions & { readonly vectors?: number } = {},
): void {
  const parameters = lUnitParameters({ ...table, ...given })
  const { bits, group, mantissaBits, offsets } = parameters
  const shape = { rows, columns, bits, group, offsets }
  const random = new Random(rows * 1000 + columns)
  const weights = randomWeights(random, shape)
  const activations = Array.from({ length: vectors }, () =>
    randomActivations(random, shape, mantissaBits),
  )
  expectProducts(parameters, weights, units, activations, options)
}

describe('random weights and activations', () => {
  const formatsOf = <const B>(choices: readonly B[]) =>
    choices.flatMap((bits) => ([32, 64, 128] as const).map((group) => ({ bits, group })))
  const formats = formatsOf([8, 4, 2])
  test.each([...formats, ...formatsOf(['ternary'])])(
    '$bits bits in groups of $group, all lanes',
    ({ bits, group }) => {
      for (const [lanes, mantissaBits] of [
        [group / 2, 12],
        [4, 16],
      ] as const) {
        expectRandomProducts(
          { bits, group, lanes, mantissaBits },
          { rows: 7, columns: 300, units: 2 },
        )
      }
    },
  )

  const pipelines = [
    ...Array.from({ length: 11 }, (_, depth) => [...pipelineOfDepth(depth)]),
    ...lUnitStages.map((stage) => [stage]),
  ]

  test.each(Array.from({ length: 11 }, (_, depth) => depth))('pipeline of depth %i', (depth) => {
    const pipeline = pipelineOfDepth(depth)
    for (const lanes of [4, 32]) {
      for (const bits of [4, 'ternary'] as const) {
        const parameters = { pipeline, lanes, bits, group: 32 } as const
        expectRandomProducts(parameters, { rows: 9, columns: 80, units: 2 })
      }
    }
  })

  test.each(lUnitStages)('a pipeline with the one register %s, or without it', (stage) => {
    const others = lUnitStages.filter((other) => other !== stage)
    for (const pipeline of [[stage], others]) {
      const parameters = { pipeline, lanes: 8, group: 32 } as const
      expectRandomProducts(parameters, { rows: 3, columns: 50, units: 1 })
    }
  })

  test.each([
    [1, 1, 1],
    [1, 64, 1],
    [2, 65, 1],
    [3, 63, 2],
    [5, 64, 5],
    [6, 129, 4],
    [64, 64, 4],
    [31, 172, 3],
  ])('%i rows of %i columns on %i units', (rows, columns, units) => {
    for (const pipeline of [pipelineOfDepth(3), pipelineOfDepth(10)]) {
      expectRandomProducts({ pipeline, lanes: 32 }, { rows, columns, units })
    }
  })

  test.each([1, 5, 20, 33, 63])('rows shorter than a group: %i columns', (columns) => {
    expectRandomProducts({ lanes: 4 }, { rows: 3, columns, units: 2 })
  })

  test('with arithmetic in a module of its own', () => {
    for (const given of [{}, { offsets: true }, { bits: 'ternary' }] as const) {
      expectRandomProducts({ fused: false, ...given }, { rows: 10, columns: 150, units: 3 })
    }
  })

  test.each(formats)('INT$bits in groups of $group with offsets', ({ bits, group }) => {
    const parameters = { bits, group, lanes: 16, mantissaBits: 16, offsets: true }
    expectRandomProducts(parameters, { rows: 7, columns: 300, units: 2 })
  })

  test.each(pipelines)('with offsets and the registers %j', (...pipeline) => {
    for (const lanes of [4, 32]) {
      const parameters = { pipeline, lanes, group: 32, offsets: true } as const
      expectRandomProducts(parameters, { rows: 9, columns: 80, units: 2 })
    }
  })

  test.each([
    [0.3, 1],
    [1, 0.2],
    [0.5, 0.5],
  ])('with streams that pause: rates %f in, %f out', (inRate, outRate) => {
    const options = { inRate, outRate, vectors: 3 }
    expectRandomProducts({}, { rows: 11, columns: 130, units: 4 }, options)
    expectRandomProducts({}, { rows: 5, columns: 64, units: 1 }, options)
  })
})

describe('extreme values', () => {
  const parameters = lUnitParameters({ ...table, bits: 8, group: 128, mantissaBits: 16, lanes: 32 })
  const { group, mantissaBits } = parameters
  const columns = 2 * group
  const largest = 2 ** (mantissaBits - 1) - 1

  /** Rows of one code, zero-point and scale for every combination. */
  function uniformRows(codes: number[], zeroPoints: number[], scales: number[]): LUnitWeights {
    const rows = codes.flatMap((code) =>
      zeroPoints.flatMap((zeroPoint) => scales.map((scale) => ({ code, zeroPoint, scale }))),
    )
    return {
      rows: rows.length,
      columns,
      codes: Uint8Array.from(rows.flatMap(({ code }) => new Array<number>(columns).fill(code))),
      zeroPoints: Uint8Array.from(rows.flatMap(({ zeroPoint }) => [zeroPoint, zeroPoint])),
      scales: Uint16Array.from(rows.flatMap(({ scale }) => [scale, scale])),
    }
  }

  const withOffsets = { ...parameters, offsets: true }

  /** The matrix once for every offset. */
  function repeatedWith(matrix: LUnitWeights, offsets: number[]): LUnitWeights {
    const { rows, codes, scales, zeroPoints } = matrix
    const count = offsets.length
    return {
      rows: count * rows,
      columns,
      codes: Uint8Array.from({ length: count * codes.length }, (_, i) => codes[i % codes.length]!),
      scales: Uint16Array.from(
        { length: count * scales.length },
        (_, i) => scales[i % scales.length]!,
      ),
      zeroPoints: Uint8Array.from(
        { length: count * zeroPoints.length },
        (_, i) => zeroPoints[i % zeroPoints.length]!,
      ),
      offsets: Uint16Array.from(offsets.flatMap((o) => new Array<number>(2 * rows).fill(o))),
    }
  }

  function uniformVector(mantissa: number, exponents: readonly number[]): TestActivations {
    return {
      mantissas: new Int32Array(columns).fill(mantissa),
      exponents: Uint8Array.from(exponents),
    }
  }

  const weights = uniformRows(
    [0, 1, 255],
    [0, 1, 255],
    [0x0000, 0x8000, 0x0001, 0x3c00, 0xfbff, 0x7bff],
  )

  test('largest codes, zero-points and mantissas: nothing overflows', () => {
    const vectors = [largest, -largest].map((mantissa) => uniformVector(mantissa, [127, 127]))
    expectProducts(parameters, weights, 3, vectors)
  })

  test('results beyond the largest number become that number', () => {
    const vectors = [largest, -largest].map((mantissa) => uniformVector(mantissa, [254, 254]))
    expectProducts(parameters, weights, 3, vectors)
    const cancelling = uniformVector(largest, [254, 254])
    cancelling.mantissas.fill(-largest, group)
    expectProducts(parameters, weights, 3, [cancelling])
  })

  test('results below the smallest normal number become zero of their sign', () => {
    const vectors = [1, 2, 3, 6, 10, 14, 16].flatMap((exponent) =>
      [1, -1, 1000, largest].map((mantissa) => uniformVector(mantissa, [exponent, exponent])),
    )
    const mixed = vectors.map(({ mantissas, exponents }) => ({
      mantissas: mantissas.map((mantissa, i) => (i < group ? mantissa : 1 - mantissa)),
      exponents,
    }))
    expectProducts(parameters, weights, 3, [...vectors, ...mixed])
  })

  test('zero activations', () => {
    expectProducts(parameters, weights, 3, [uniformVector(0, [1, 1]), uniformVector(0, [254, 1])])
  })

  test('with extreme offsets: both terms saturate, vanish and cancel', () => {
    const some = uniformRows([0, 255], [0, 255], [0x8000, 0x0001, 0xfbff, 0x7bff])
    const matrix = repeatedWith(some, [0x0000, 0x8000, 0x0001, 0x8001, 0x3c00, 0xfbff, 0x7bff])
    const vectors = [0, 1, -1, largest, -largest].flatMap((mantissa) =>
      [1, 6, 16, 127, 254].map((exponent) => uniformVector(mantissa, [exponent, exponent])),
    )
    expectProducts(withOffsets, matrix, 4, vectors)
  })

  test('an offset of weights that all are zero is taken off exactly', () => {
    // s * (255 - 0) = 255 and o = -255
    const matrix = repeatedWith(uniformRows([255], [0], [0x3c00]), [0xdbf8])
    const { results } = runTile(withOffsets, matrix, 1, [uniformVector(largest, [127, 130])])
    expect([...results[0]!]).toEqual([0])
  })
})
