import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lUnitParameters, lUnitTile, tileCycles } from '../../../generators/l-unit/index.js'
import { parseRomPolicy } from '../../../generators/rom/policy.js'
import { elaborate } from '../../hdl/index.js'
import { openEngine } from '../../sim/index.js'
import { loadTile } from './load-tile.js'
import { simulateTile } from './simulate-tile.js'
import { parseTileRequest } from './tile-request.js'

const shared = process.env.ROMULUS_SHARED

test.skipIf(shared === undefined)('a projection', async () => {
  const request = parseTileRequest({
    model: join(shared!, 'models', 'stories260K', 'stories260K.bin'),
    tensor: 'layers.0.attention.wq',
  })
  const { projection, vectors } = await loadTile(request)
  const { matrix } = projection
  const parameters = lUnitParameters({
    bits: matrix.bits,
    group: matrix.group,
    lanes: 16,
    rom: parseRomPolicy('brom:4'),
  })
  const tile = lUnitTile(parameters, matrix, 1)
  const t0 = performance.now()
  const design = elaborate(tile)
  const t1 = performance.now()
  const engine = await openEngine(design)
  const t2 = performance.now()
  const result = simulateTile(engine, tile, parameters, matrix, vectors, 1)
  const t3 = performance.now()
  console.log(
    result,
    tileCycles(parameters, { rows: matrix.rows, columns: matrix.columns, units: 1 }),
    t1 - t0,
    t2 - t1,
    t3 - t2,
  )
  expect(result.difference).toBeUndefined()
})
