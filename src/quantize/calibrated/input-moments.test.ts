import { expect, test } from 'vitest'
import { isProjection, type LayerTensor, roleName } from '../../checkpoint/index.js'
import { layerTensorKinds } from '../../checkpoint/tensor-names.js'
import { tinyConfig, tinyTensors } from '../../checkpoint/testing/tiny-model.js'
import { ReferenceDecoder } from '../../golden/index.js'
import { dampedMoments, inputMoments } from './input-moments.js'
import { sampleTokens } from './sample-tokens.js'

const tensors = new Map(tinyTensors().map(({ name, values }) => [name, values]))
const layers = Array.from({ length: tinyConfig.layers }, (_, layer) =>
  Object.fromEntries(
    layerTensorKinds.map((kind) => [kind, tensors.get(roleName({ kind, layer }))!]),
  ),
) as Record<LayerTensor, Float32Array>[]
const model = {
  config: tinyConfig,
  embedding: tensors.get('tok_embeddings')!,
  layers,
  norm: tensors.get('norm')!,
  head: tensors.get('output')!,
}

test('the moments are those of the inputs that the reference decoder has on the same text', async () => {
  const calibration = { bos: 1, sequences: 3, length: 8, seed: 5 }
  const moments = await inputMoments(model, calibration)
  const length = tinyConfig.contextLength
  const { tokens } = await sampleTokens(model, 1, 3, length, 5, () => {})
  const seen = new Map<string, number[]>()
  for (let first = 0; first < tokens.length; first += length) {
    const decoder = new ReferenceDecoder(model, (tensor, input) => {
      seen.set(tensor, [...(seen.get(tensor) ?? []), ...input])
    })
    for (const token of tokens.subarray(first, first + length)) decoder.step(token)
  }
  for (const kind of layerTensorKinds.filter(isProjection)) {
    const inputs = Float32Array.from(seen.get(roleName({ kind, layer: 1 }))!)
    const expected = dampedMoments(inputs, inputs.length / tokens.length)
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    for (const [i, value] of moments(1, kind).entries()) {
      expect(Math.abs(value - expected[i]!), kind).toBeLessThan(1e-4 * largest)
    }
  }
})

test('moments of nothing are those of independent inputs', () => {
  expect([...dampedMoments(new Float32Array(4), 2)]).toEqual([0.01, 0, 0, 0.01])
})
