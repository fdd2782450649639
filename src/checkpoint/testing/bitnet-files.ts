import { Random } from '../../common/random.js'
import { expectedShape, type ModelConfig } from '../model-config.js'
import { isProjection, type TensorRole } from '../tensor-names.js'
import {
  huggingFaceName,
  type SafetensorsTensor,
  tinyHuggingFaceConfig,
  tinySafetensorsTensors,
} from './encode-safetensors.js'
import { encodeBF16 } from './encode-values.js'
import { tinyConfig, tinyTensors } from './tiny-model.js'

/** The `config.json` of the tiny model with packed trits. */
export const tinyBitnetConfig = {
  ...tinyHuggingFaceConfig,
  quantization_config: { modules_to_not_convert: ['lm_head'], quant_method: 'bitnet' },
} as const

/** The trits of a projection of the tiny model, row by row. */
export function tinyTrits(role: TensorRole, config: ModelConfig = tinyConfig): Int8Array {
  const [rows, columns] = expectedShape(config, role) as [number, number]
  const random = new Random(role.kind.length + 32 * (role.layer ?? 0))
  return Int8Array.from({ length: rows * columns }, () => random.integer(-1, 1))
}

/** Four rows in a byte: row `i * rows / 4 + r` in bits 2i and 2i + 1 of row r, plus 1. */
export function packTrits(trits: Int8Array, columns: number): Buffer {
  const quarter = trits.length / 4
  const packed = Buffer.alloc(quarter)
  for (const [at, trit] of trits.entries()) {
    const row = Math.floor(at / columns)
    const byte = (row % (quarter / columns)) * columns + (at % columns)
    packed[byte]! += (trit + 1) * 4 ** Math.floor(at / quarter)
  }
  return packed
}

/** The tiny model in BF16 with its projections packed, all with one `weight_scale`. */
export function tinyBitnetTensors(weightScale: number): SafetensorsTensor[] {
  const others = new Map(tinySafetensorsTensors('BF16').map((tensor) => [tensor.name, tensor]))
  return tinyTensors().flatMap(({ role }) => {
    const name = huggingFaceName(role)
    if (!isProjection(role.kind)) return [others.get(name)!]
    const [rows, columns] = expectedShape(tinyConfig, role) as [number, number]
    const data = packTrits(tinyTrits(role), columns)
    return [
      { name, dtype: 'U8', shape: [rows / 4, columns], data },
      { name: `${name}_scale`, dtype: 'BF16', shape: [1], data: encodeBF16([weightScale]) },
    ]
  })
}
