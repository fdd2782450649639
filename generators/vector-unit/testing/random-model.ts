import type { Random } from '../../../src/common/random.js'
import { vectorRowContents } from '../contents.js'
import type { VectorUnitParameters } from '../parameters.js'

/** Numbers of either sign and of mixed sizes. */
export function randomNumbers(random: Random, length: number): Float32Array {
  return Float32Array.from(
    { length },
    () => random.integer(-(2 ** 23), 2 ** 23) * 2 ** random.integer(-26, -20),
  )
}

/** Embedding and norms, and the ROM contents of both. */
export function randomModel(parameters: VectorUnitParameters, random: Random) {
  const { vocabulary, width, group, layers } = parameters
  const groups = Math.ceil(width / group)
  const embedding = {
    rows: vocabulary,
    columns: width,
    bits: 8,
    group,
    codes: Uint8Array.from({ length: vocabulary * width }, () => random.integer(0, 255)),
    scales: Uint16Array.from({ length: vocabulary * groups }, () => random.integer(1, 0x3fff)),
    zeroPoints: Uint8Array.from({ length: vocabulary * groups }, () => random.integer(0, 255)),
  } as const
  const norms = Array.from({ length: 2 * layers + 1 }, () => randomNumbers(random, width))
  return { embedding, norms, contents: vectorRowContents(parameters, embedding, norms) }
}
