import { describe, expect, it } from 'vitest'
import { openCheckpoint, readFloatModel } from '../../checkpoint/index.js'
import {
  tinyHuggingFaceConfig,
  tinySafetensors,
} from '../../checkpoint/testing/encode-safetensors.js'
import { temporaryFolder } from '../../checkpoint/testing/temporary-folder.js'
import { Random } from '../../common/random.js'
import { dequantize, groupsPerRow, quantizeModel, quantizeModelCalibrated } from '../index.js'
import { inverse } from './cholesky.js'

const folder = temporaryFolder()

describe('a calibrated model', () => {
  it('has legal parts, is the same every time, and is no mere rounding', async () => {
    folder.write('config.json', JSON.stringify(tinyHuggingFaceConfig))
    const checkpoint = await openCheckpoint(folder.write('model.safetensors', tinySafetensors()))
    const format = { bits: 4, headBits: 8, group: 32 } as const
    const calibration = { bos: 1, sequences: 20 }
    const names: string[] = []
    const float = await readFloatModel(checkpoint)
    const model = await quantizeModelCalibrated(float, format, calibration, (name) => {
      names.push(name)
    })
    const again = await quantizeModelCalibrated(float, format, calibration)
    const rounded = await quantizeModel(checkpoint, format)
    await checkpoint.close()
    expect(again).toEqual(model)
    expect(model.embedding).toEqual(rounded.embedding)
    expect(names).toHaveLength(float.config.contextLength + 2 + 2 * 7)
    for (const [layer, { w2 }] of model.layers.entries()) {
      const nearest = rounded.layers[layer]!.w2
      expect(w2.codes).toHaveLength(nearest.codes.length)
      expect(w2.scales).toHaveLength(w2.rows * groupsPerRow(w2))
      expect(w2.codes).not.toEqual(nearest.codes)
      const weights = dequantize(nearest)
      const values = dequantize(w2)
      const distance = values.reduce((sum, value, i) => sum + (value - weights[i]!) ** 2, 0)
      expect(distance).toBeLessThan(weights.reduce((sum, value) => sum + value ** 2, 0))
    }
  })
})

describe('the inverse of a positive definite matrix', () => {
  it('times the matrix is one', () => {
    const random = new Random(3)
    const size = 12
    const root = Float64Array.from({ length: size * size }, () => random.fraction() - 0.5)
    const matrix = new Float64Array(size * size)
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = i === j ? 0.1 : 0
        for (let k = 0; k < size; k++) sum += root[i * size + k]! * root[j * size + k]!
        matrix[i * size + j] = sum
      }
    }
    const inverted = inverse(matrix, size)
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = 0
        for (let k = 0; k < size; k++) sum += matrix[i * size + k]! * inverted[k * size + j]!
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 9)
      }
    }
  })

  it('is refused for a matrix that is not positive definite', () => {
    expect(() => inverse(Float64Array.of(1, 2, 2, 1), 2)).toThrow(RangeError)
  })
})
