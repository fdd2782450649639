import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { lUnitParameters } from './parameters.js'
import { randomActivations, randomWeights } from './testing/random-weights.js'
import { referenceProduct } from './testing/reference.js'
import { runTile } from './testing/run-tile.js'

test('a tile multiplies as the arithmetic page says', () => {
  const p = lUnitParameters({ rom: { kind: 'table' } })
  const shape = { rows: 7, columns: 150, bits: p.bits, group: p.group }
  const random = new Random(1)
  const w = randomWeights(random, shape)
  const vs = [1, 2, 3].map(() => randomActivations(random, shape, p.mantissaBits))
  const { results } = runTile(p, w, 2, vs)
  for (const [i, v] of vs.entries()) {
    expect([...results[i]!].map((x) => x.toString(16))).toEqual(
      [...referenceProduct(w, p.group, p.mantissaBits, v)].map((x) => x.toString(16)),
    )
  }
})
