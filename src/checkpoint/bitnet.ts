import { InputError } from '../common/input-error.js'
import { matrixShape, type TensorInfo, tensorLocation } from './checkpoint.js'
import type { FileBytes } from './file-bytes.js'
import { readFloat32 } from './tensor-reader.js'

/** What a tensor's `weight_scale` is to its trits. */
export type WeightScaleUse = 'factor' | 'divisor'

/** Names of the norms within attention and feed forward that BitNet's own architectures have. */
const subNorm = /\.(attn_sub_norm|ffn_sub_norm|inner_attn_ln|ffn_layernorm)\./

/** Whether a model has norms that the LLaMA architecture does not have. */
export function hasSubNorms(tensors: readonly Pick<TensorInfo, 'storedName'>[]): boolean {
  return tensors.some(({ storedName }) => subNorm.test(storedName))
}

/**
 * The tensors of a safetensors checkpoint whose `quant_method` is `bitnet`, the packed ones as the matrices of trits that they
 * are: a U8 tensor `P.weight` [outputs / 4, inputs] holds output `i * outputs / 4 + r` in bits 2i and 2i + 1 of its row r, as
 * trits plus 1; `P.weight_scale` has one value.
 * Source: `pack_weights` and `BitLinear` of transformers' `integrations/bitnet.py`.
 *
 * @throws InputError for packed weights without a scale of one positive value
 */
export async function withPackedTrits(
  tensors: readonly TensorInfo[],
  use: WeightScaleUse,
  fileOf: (tensor: TensorInfo) => FileBytes,
): Promise<TensorInfo[]> {
  const byName = new Map(tensors.map((tensor) => [tensor.storedName, tensor]))
  const unpacked: TensorInfo[] = []
  for (const tensor of tensors) {
    const { storedName, storedType, shape } = tensor
    if (storedType.name !== 'U8' || !storedName.endsWith('.weight') || shape.length !== 2) {
      unpacked.push(tensor)
      continue
    }
    const scale = byName.get(`${storedName}_scale`)
    if (scale === undefined) throw new InputError('has no weight_scale', tensorLocation(tensor))
    const tritScale = await tritScaleOf(fileOf(scale), scale, use)
    const [packedRows, columns] = shape as [number, number]
    unpacked.push({
      ...tensor,
      shape: [4 * packedRows, columns],
      storedType: { ...storedType, name: 'BitNet' },
      tritScale,
    })
  }
  return unpacked
}

async function tritScaleOf(
  bytes: FileBytes,
  scale: TensorInfo,
  use: WeightScaleUse,
): Promise<number> {
  const location = tensorLocation(scale, scale.byteOffset)
  const { rows, columns } = matrixShape(scale)
  if (rows * columns !== 1) {
    throw new InputError(`has ${rows * columns} values, not one`, location)
  }
  const [value] = await readFloat32(bytes, scale)
  const tritScale = use === 'factor' ? value! : 1 / value!
  if (!(tritScale > 0 && Number.isFinite(Math.fround(tritScale)))) {
    throw new InputError(`is ${value}, no scale of weights`, location)
  }
  return tritScale
}
