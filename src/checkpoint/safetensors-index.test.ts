import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './open-checkpoint.js'
import {
  safetensorsFile,
  safetensorsParts,
  tinyHuggingFaceConfig,
  tinySafetensorsTensors,
} from './testing/encode-safetensors.js'
import { inputErrorOf } from './testing/expect-input-error.js'
import { expectSameValues } from './testing/expect-same-values.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { tinyConfig, tinyTensors } from './testing/tiny-model.js'

const folder = temporaryFolder()
let folders = 0

/** Two files and an index, after a change to the index's map. */
function writeSplit(change: (map: Record<string, string>) => void = () => {}): string {
  const name = `split-${folders++}`
  mkdirSync(join(folder.path, name))
  const tensors = tinySafetensorsTensors('F32')
  const map: Record<string, string> = {}
  for (const [part, from, to] of [
    ['a.safetensors', 0, 9],
    ['b.safetensors', 9, tensors.length],
  ] as const) {
    const { header, data } = safetensorsParts(tensors.slice(from, to))
    folder.write(join(name, part), safetensorsFile(header, data))
    for (const tensor of tensors.slice(from, to)) map[tensor.name] = part
  }
  change(map)
  folder.write(join(name, 'config.json'), JSON.stringify(tinyHuggingFaceConfig))
  const index = JSON.stringify({ metadata: {}, weight_map: map })
  return folder.write(join(name, 'model.safetensors.index.json'), index)
}

describe('split safetensors', () => {
  it('are read through their index', async () => {
    const checkpoint = await openCheckpoint(writeSplit())
    expect(checkpoint.config).toEqual({ ...tinyConfig, ropePairs: 'half-split' })
    for (const { name, values } of tinyTensors()) {
      expectSameValues(await checkpoint.readFloat32(name), values)
    }
    await checkpoint.close()
  })

  it.each([
    ['a path', '../a.safetensors', 'not the name of a file beside the index'],
    ['the folder above', '..', 'not the name of a file beside the index'],
    ['nothing', '', 'is a directory'],
    ['a missing file', 'c.safetensors', 'no such file'],
    ['the other file', 'b.safetensors', 'the index does not place the tensor in this file'],
  ])('%s in the index is refused', async (_, file, problem) => {
    const index = writeSplit((map) => {
      map['model.norm.weight'] = file
    })
    const error = await inputErrorOf(() => openCheckpoint(index))
    expect(error.problem).toContain(problem)
  })

  it('tensors that only the index or only the file has are refused', async () => {
    const extra = writeSplit((map) => {
      map['model.extra.weight'] = 'a.safetensors'
    })
    expect((await inputErrorOf(() => openCheckpoint(extra))).location.field).toBe(
      'model.extra.weight',
    )
    const missing = writeSplit((map) => {
      delete map['model.norm.weight']
    })
    expect((await inputErrorOf(() => openCheckpoint(missing))).location.field).toBe(
      'model.norm.weight',
    )
  })
})
