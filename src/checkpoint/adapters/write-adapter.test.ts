import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inputErrorOf } from '../testing/expect-input-error.js'
import { randomAdapter } from '../testing/random-adapter.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { tinyConfig } from '../testing/tiny-model.js'
import type { Adapter, LowRankUpdate } from './adapter.js'
import { updateMatrix } from './merge-adapter.js'
import { openAdapter } from './open-adapter.js'
import { writeAdapter } from './write-adapter.js'

const folder = temporaryFolder()

function matricesOf({ layers }: Pick<Adapter, 'layers'>) {
  return layers.map((updates) =>
    Object.fromEntries(
      Object.entries(updates).map(([kind, update]: [string, LowRankUpdate]) => [
        kind,
        [...updateMatrix(update)],
      ]),
    ),
  )
}

test.each(['interleaved', 'half-split'] as const)(
  'an adapter of a model with %s rotation is read as it was written',
  async (ropePairs) => {
    const config = { ...tinyConfig, ropePairs }
    const wide = randomAdapter(config, 3, { rank: 4 })
    const narrow = randomAdapter(config, 4, { rank: 3, kinds: ['attention.wq'] })
    const written = { layers: [wide.layers[0]!, narrow.layers[1]!] }
    const target = join(folder.path, `new-${ropePairs}`, 'adapter')
    await writeAdapter(written, config, target)
    const read = await openAdapter(target, config)
    expect(Object.keys(read.layers[1]!)).toEqual(['attention.wq'])
    for (const [layer, matrices] of matricesOf(written).entries()) {
      for (const [kind, expected] of Object.entries(matrices)) {
        const found = matricesOf(read)[layer]![kind]!
        for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5)
      }
    }
  },
)

test('an adapter is replaced whole, other files are not touched, and failures leave nothing', async () => {
  const adapter = randomAdapter(tinyConfig, 5, { rank: 2, kinds: ['attention.wo'] })
  const target = join(folder.path, 'adapter')
  await writeAdapter(randomAdapter(tinyConfig, 6), tinyConfig, target)
  await writeAdapter(adapter, tinyConfig, target)
  expect(Object.keys((await openAdapter(target, tinyConfig)).layers[0]!)).toEqual(['attention.wo'])
  folder.write('adapter/README.md', 'mine')
  const refused = await inputErrorOf(() => writeAdapter(adapter, tinyConfig, target))
  expect(refused.message).toMatch(/holds files beside an adapter/)
  expect(readdirSync(target).sort()).toEqual([
    'README.md',
    'adapter_config.json',
    'adapter_model.safetensors',
  ])
  const file = folder.write('file', '')
  const inside = join(file, 'adapter')
  expect((await inputErrorOf(() => writeAdapter(adapter, tinyConfig, inside))).message).toMatch(
    /cannot write the adapter: ENOTDIR/,
  )
  expect(existsSync(inside)).toBe(false)
  expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([])
})
