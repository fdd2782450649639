import { expectedShape, type ModelConfig } from '../model-config.js'
import { layerTensorKinds, roleName, type TensorRole } from '../tensor-names.js'

/** A model as small as the architecture allows while 32 divides every row of a matrix. */
export const tinyConfig: ModelConfig = {
  dim: 32,
  hiddenDim: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  vocabulary: 7,
  contextLength: 3,
  tiedHead: false,
  ropeBase: 10000,
  ropePairs: 'interleaved',
  normEpsilon: Math.fround(1e-5),
}

export interface TinyTensor {
  readonly name: string
  readonly role: TensorRole
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** Every tensor of a model of this shape, with values that differ between tensors and that binary16 holds exactly. */
export function tinyTensors(config: ModelConfig = tinyConfig): TinyTensor[] {
  const roles: TensorRole[] = [{ kind: 'tok_embeddings' }, { kind: 'norm' }]
  for (let layer = 0; layer < config.layers; layer++) {
    for (const kind of layerTensorKinds) roles.push({ kind, layer })
  }
  if (!config.tiedHead) roles.push({ kind: 'output' })
  return roles.map((role, index) => {
    const shape = expectedShape(config, role)
    const count = shape.reduce((product, size) => product * size, 1)
    const values = Float32Array.from(
      { length: count },
      (_, i) => (((i + 1) * (2 * index + 3)) % 2039) / 1024 - 1,
    )
    return { name: roleName(role), role, shape, values }
  })
}
