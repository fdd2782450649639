import { InputError } from '../../src/common/input-error.js'
import { RomContents } from '../../src/hdl/index.js'
import { binary32Bits } from './arithmetic.js'
import { beatsOf, type VectorUnitParameters } from './parameters.js'

/** What the ROMs of the vector unit hold. */
export interface VectorUnitContents {
  /** A beat of 8-bit codes a word, lane 0 lowest, token after token. */
  readonly embeddingCodes: RomContents
  /** `{zero-point, scale}`, 24 bits, group after group of each token. */
  readonly embeddingScales: RomContents
  /** A beat of binary32 weights a word, norm after norm: two of each layer, then the last one. */
  readonly normWeights: RomContents
  /** `{cosine, sine}` for each pair of a beat, the first pair lowest, beat after beat of a head, for each position. */
  readonly rotations: RomContents
}

/** An embedding of 8-bit codes in groups along its rows. */
export interface EmbeddingWeights {
  /** vocabulary x width. */
  readonly codes: Uint8Array
  /** vocabulary x groups: binary16 patterns, and zero-points. */
  readonly scales: Uint16Array
  readonly zeroPoints: Uint8Array
}

/**
 * @param norms in the order of their use, `2 * layers + 1` of `width` weights
 * @throws InputError for weights of another size
 */
export function vectorUnitContents(
  parameters: VectorUnitParameters,
  embedding: EmbeddingWeights,
  norms: readonly Float32Array[],
): VectorUnitContents {
  const { vectorLanes, width, vocabulary, layers, group } = parameters
  const groups = Math.ceil(width / group)
  const check = (field: string, given: number, expected: number) => {
    if (given === expected) return
    throw new InputError(`${given} values where ${expected} are needed`, { field })
  }
  check('embedding', embedding.codes.length, vocabulary * width)
  check('embedding scales', embedding.scales.length, vocabulary * groups)
  check('embedding zero-points', embedding.zeroPoints.length, vocabulary * groups)
  check('norms', norms.length, 2 * layers + 1)
  for (const norm of norms) check('norm', norm.length, width)

  const weights = Uint32Array.from(norms.flatMap((norm) => [...norm].map(binary32Bits)))
  const scales = Uint32Array.from(
    embedding.scales,
    (scale, i) => embedding.zeroPoints[i]! * 2 ** 16 + scale,
  )
  return {
    embeddingCodes: RomContents.fromBytes(8 * vectorLanes, embedding.codes),
    embeddingScales: RomContents.fromWords(24, scales),
    normWeights: RomContents.fromBytes(32 * vectorLanes, littleEndian(weights)),
    rotations: rotationContents(parameters),
  }
}

/** Sines and cosines of `position * base^(-2 j / h)`; see docs/arithmetic.md. */
function rotationContents(parameters: VectorUnitParameters): RomContents {
  const { positions, headSize, ropeBase, vectorLanes } = parameters
  const pairs = headSize / 2
  const words = new Uint32Array(positions * beatsOf(parameters).head * vectorLanes)
  for (let position = 0; position < positions; position++) {
    for (let pair = 0; pair < pairs; pair++) {
      const angle = position * ropeBase ** ((-2 * pair) / headSize)
      const at = 2 * (position * pairs + pair)
      words[at] = binary32Bits(Math.sin(angle))
      words[at + 1] = binary32Bits(Math.cos(angle))
    }
  }
  return RomContents.fromBytes(32 * vectorLanes, littleEndian(words))
}

function littleEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * words.length)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true)
  return bytes
}
