import { expect, test } from 'vitest'
import { openCheckpoint } from '../../checkpoint/index.js'
import {
  tinyHuggingFaceConfig,
  tinySafetensors,
} from '../../checkpoint/testing/encode-safetensors.js'
import { type TemporaryFolder, temporaryFolder } from '../../checkpoint/testing/temporary-folder.js'
import { openCache, type ResultCache } from '../../common/result-cache.js'
import type { Progress } from '../progress.js'
import { quantizedModel } from './quantized-model.js'

const folders = [temporaryFolder(), temporaryFolder()] as const
const cacheParent = temporaryFolder()

function recordingProgress() {
  const details: string[] = []
  const progress: Progress = {
    step: async (_label, work) => work((detail) => details.push(detail)),
  }
  return { details, progress }
}

function countingCache(cache: ResultCache) {
  const counts = { found: 0, stored: 0 }
  const counting: ResultCache = {
    get: (key) => {
      const result = cache.get(key)
      if (result !== undefined) counts.found++
      return result
    },
    set: (key, result) => {
      counts.stored++
      cache.set(key, result)
    },
  }
  return { counts, counting }
}

async function openTiny(folder: TemporaryFolder, file: Uint8Array) {
  folder.write('config.json', JSON.stringify(tinyHuggingFaceConfig))
  return openCheckpoint(folder.write('model.safetensors', file))
}

test('a calibrated model is found again for the same weights and settings, and for no others', async () => {
  const file = tinySafetensors()
  const checkpoint = await openTiny(folders[0], file)
  const changed = file.slice()
  changed[changed.length - 2]! ^= 1
  const other = await openTiny(folders[1], changed)
  const { counts, counting } = countingCache(openCache('quantize', cacheParent.path))
  const format = { bits: 4, headBits: 8, group: 32, calibration: { bos: 1, sequences: 4 } } as const
  const { details, progress } = recordingProgress()
  const first = await quantizedModel(checkpoint, format, progress, counting)
  expect(counts).toEqual({ found: 0, stored: 1 })
  expect(details.at(-1)).toMatch(/^16\/16 /)
  const again = await quantizedModel(checkpoint, format, progress, counting)
  expect(counts).toEqual({ found: 1, stored: 1 })
  expect(again).toEqual(first)

  for (const [source, settings] of [
    [other, format],
    [checkpoint, { ...format, bits: 2 }],
  ] as const) {
    const { stored } = counts
    await quantizedModel(source, settings, progress, counting)
    expect(counts).toEqual({ found: 1, stored: stored + 1 })
  }
  await checkpoint.close()
  await other.close()
})
