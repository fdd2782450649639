import { type Checkpoint, openCheckpoint, readFloatModel } from '../../checkpoint/index.js'
import { Random } from '../../common/random.js'
import { argmax, ReferenceDecoder } from '../../golden/index.js'
import { type QuantizedTensor, quantizeTensor } from '../../quantize/index.js'
import type { TileRequest } from './tile-request.js'

/** Largest model whose activations are captured: it is read whole, in binary32. */
const largestCapturedModel = 2 ** 26

export interface ActivationVector {
  readonly origin: 'captured' | 'random'
  readonly values: Float32Array
}

/** A projection of a checkpoint in chip codes, and vectors to multiply it with. */
export interface LoadedTile {
  readonly projection: QuantizedTensor
  readonly vectors: readonly ActivationVector[]
}

/**
 * Reads and quantises one tensor. Half of the vectors are what the projection sees when the model itself
 * writes text from BOS (computed by the binary64 reference), the others are random.
 */
export async function loadTile(request: TileRequest): Promise<LoadedTile> {
  const checkpoint = await openCheckpoint(request.model)
  try {
    const projection = await quantizeTensor(checkpoint, request.tensor, {
      absmean: request.absmean,
      requantize: request.requantize,
      ...(request.bits === undefined ? {} : { bits: request.bits }),
      ...(request.group === undefined ? {} : { group: request.group }),
    })
    const captured = await captureActivations(
      checkpoint,
      projection.tensor.name,
      Math.floor(request.vectors / 2),
    )
    const random = new Random(request.seed)
    const { columns } = projection.matrix
    const others = Array.from({ length: request.vectors - captured.length }, () =>
      randomActivations(random, columns),
    )
    return {
      projection,
      vectors: [
        ...captured.map((values) => ({ origin: 'captured' as const, values })),
        ...others.map((values) => ({ origin: 'random' as const, values })),
      ],
    }
  } finally {
    await checkpoint.close()
  }
}

async function captureActivations(
  checkpoint: Checkpoint,
  tensor: string,
  count: number,
): Promise<Float32Array[]> {
  const weights = checkpoint.tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  )
  if (checkpoint.config === undefined || weights > largestCapturedModel || count === 0) return []
  const captured: Float32Array[] = []
  const decoder = new ReferenceDecoder(await readFloatModel(checkpoint), (name, input) => {
    if (name === tensor) captured.push(Float32Array.from(input))
  })
  const bos = 1
  let token = bos
  for (let position = 0; position < count; position++) token = argmax(decoder.step(token))
  return captured.slice(0, count)
}

/** Signs, magnitudes over many binades, and zeros. */
function randomActivations(random: Random, columns: number): Float32Array {
  const scale = 2 ** random.integer(-8, 8)
  return Float32Array.from({ length: columns }, () => {
    if (random.chance(0.05)) return 0
    return (2 * random.fraction() - 1) * scale * 2 ** -random.integer(0, 6)
  })
}
