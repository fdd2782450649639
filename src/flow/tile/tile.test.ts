import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import {
  lUnitParameters,
  lUnitTile,
  pipelineOfDepth,
  tileCycles,
} from '../../../generators/l-unit/index.js'
import { encodeGguf } from '../../checkpoint/testing/encode-gguf.js'
import { encodeTq1Block, encodeTq2Block } from '../../checkpoint/testing/encode-values.js'
import { tinyGguf } from '../../checkpoint/testing/tiny-gguf.js'
import { Random } from '../../common/random.js'
import { nativeSuite } from '../../common/tools.js'
import { elaborate } from '../../hdl/index.js'
import type { QuantizedMatrix } from '../../quantize/index.js'
import { openEngine } from '../../sim/index.js'
import { runTile } from './run-tile.js'
import { simulateTile } from './simulate-tile.js'
import { parseTileRequest } from './tile-request.js'

const folder = mkdtempSync(join(tmpdir(), 'romulus-tile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const quiet = {
  step: async <T>(_: string, work: (update: (detail: string) => void) => T | Promise<T>) =>
    work(() => {}),
}

const engines = [
  ['embedded', { title: 'embedded', skip: false }],
  ['verilator', nativeSuite('Verilator', ['verilator', 'g++'])],
  ['iverilog', nativeSuite('Icarus', ['iverilog', 'vvp'])],
] as const

for (const [engine, suite] of engines) {
  describe.skipIf(suite.skip)(suite.title, () => {
    test.each([
      ['Q4_0', false],
      ['Q4_1', true],
    ] as const)('a GGUF projection in %s', async (type, offsets) => {
      const model = join(folder, `${type}.gguf`)
      writeFileSync(model, encodeGguf(tinyGguf(type)))
      const tensor = 'layers.1.feed_forward.w2'
      const request = parseTileRequest({ model, tensor, engine, lanes: 8, units: 2 })
      const report = await runTile(request, new Set(['simulate']), quiet)
      expect(report.parameters).toMatchObject({ bits: 4, group: 32, offsets })
      expect(report.romBits).toBe(32 * 64 * 4 + 64 * (offsets ? 36 : 20))
      expect(report.simulation).toMatchObject({ vectors: 4, captured: 2, difference: undefined })
      expect(report.simulation?.cycles).toBe(report.predicted.total)
    })
  })
}

test.each([
  ['TQ1_0', 34, encodeTq1Block],
  ['TQ2_0', 35, encodeTq2Block],
] as const)('a GGUF projection in %s, trit for trit', async (name, type, encode) => {
  const random = new Random(type)
  const blocks = [0x3c00, 0x9400, 0x2e66, 0x0001].map((scale) =>
    encode(
      scale,
      Uint8Array.from({ length: 256 }, () => random.integer(0, 2)),
    ),
  )
  const tensors = [{ name: 'w', dims: [512, 2], type, data: Buffer.concat(blocks) }]
  const model = join(folder, `${name}.gguf`)
  writeFileSync(model, encodeGguf({ fields: [], tensors }))
  const request = parseTileRequest({ model, tensor: 'w', group: 128, lanes: 32, rom: 'table' })
  const report = await runTile(request, new Set(['simulate']), quiet)
  expect(report).toMatchObject({ stored: name, origin: 'imported', romBits: 2 * 1024 + 8 * 16 })
  expect(report.parameters).toMatchObject({ bits: 'ternary', group: 128 })
  expect(report.simulation).toMatchObject({ vectors: 4, difference: undefined })
})

function randomMatrix(random: Random, rows: number, columns: number): QuantizedMatrix {
  const groups = rows * Math.ceil(columns / 32)
  const finite = () => (random.integer(0, 1) << 15) | random.integer(0, 0x7bff)
  const code = () => random.integer(0, 15)
  return {
    rows,
    columns,
    bits: 4,
    group: 32,
    codes: Uint8Array.from({ length: rows * columns }, code),
    zeroPoints: Uint8Array.from({ length: groups }, code),
    scales: Uint16Array.from({ length: groups }, finite),
    offsets: Uint16Array.from({ length: groups }, finite),
  }
}

test('any matrix with offsets: results of the golden function in the predicted cycles', async () => {
  const shape = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 100 }),
    units: fc.integer({ min: 1, max: 3 }),
    lanes: fc.constantFrom(4, 8, 16, 32),
    depth: fc.integer({ min: 0, max: 10 }),
    mantissaBits: fc.integer({ min: 10, max: 16 }),
    seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    exponent: fc.integer({ min: -126, max: 127 }),
  })
  const property = fc.asyncProperty(shape, async ({ rows, columns, units, ...other }) => {
    const { lanes, depth, mantissaBits, seed, exponent } = other
    const random = new Random(seed)
    const matrix = randomMatrix(random, rows, columns)
    const parameters = lUnitParameters({
      group: 32,
      lanes,
      mantissaBits,
      offsets: true,
      pipeline: pipelineOfDepth(depth),
      rom: { kind: 'table' },
    })
    const vectors = Array.from({ length: 3 }, () => ({
      origin: 'random' as const,
      values: Float32Array.from({ length: columns }, () =>
        random.chance(0.1) ? 0 : (2 * random.fraction() - 1) * 2 ** exponent,
      ),
    }))
    const tile = lUnitTile(parameters, matrix, units)
    const engine = await openEngine(elaborate(tile))
    const result = simulateTile(engine, tile, parameters, matrix, vectors, 1)
    engine.close()
    expect(result.difference).toBeUndefined()
    expect(result.cycles).toBe(tileCycles(parameters, { rows, columns, units }).total)
  })
  await fc.assert(property, { numRuns: 12, endOnFailure: true })
})
