import type { Adapter, LowRankUpdate } from '../adapters/adapter.js'
import type { Projection } from '../tensor-names.js'
import { encodeGguf } from './encode-gguf.js'
import { encodeF32 } from './encode-values.js'
import { ggufName } from './tiny-gguf.js'

/** An adapter of a model with interleaved rotation pairs as a GGUF file. @param alpha scale times rank, of every update */
export function adapterGguf({ layers }: Adapter, alpha: number): Buffer {
  const tensors = layers.flatMap((updates, layer) =>
    (Object.entries(updates) as [Projection, LowRankUpdate][]).flatMap(([kind, update]) => {
      const { rank, a, b } = update
      const name = ggufName({ kind, layer })
      return [
        { name: `${name}.lora_a`, dims: [a.length / rank, rank], type: 0, data: encodeF32(a) },
        { name: `${name}.lora_b`, dims: [rank, b.length / rank], type: 0, data: encodeF32(b) },
      ]
    }),
  )
  return encodeGguf({
    fields: [
      ['general.type', 'string', 'adapter'],
      ['general.architecture', 'string', 'llama'],
      ['adapter.type', 'string', 'lora'],
      ['adapter.lora.alpha', 'f32', alpha],
    ],
    tensors,
  })
}
