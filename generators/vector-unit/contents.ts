import { InputError } from '../../src/common/input-error.js'
import { columnElements } from '../../src/compiler/column-split.js'
import { RomContents } from '../../src/hdl/index.js'
import { binary32Bits } from './arithmetic.js'
import { beatsOf, type VectorUnitParameters } from './parameters.js'

/** What the ROMs of a vector unit hold. */
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
 * The ROMs of every vector unit.
 *
 * @param norms in the order of their use, `2 * layers + 1` of `width` weights
 * @throws InputError for weights of another size
 */
export function vectorRowContents(
  parameters: VectorUnitParameters,
  embedding: EmbeddingWeights,
  norms: readonly Float32Array[],
): VectorUnitContents[] {
  const { width, vocabulary, layers, group, columns } = parameters
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
  return Array.from({ length: columns }, (_, column) =>
    unitContents(parameters, embedding, norms, column),
  )
}

/** ROMs of the same shapes for every vector unit, all of them one. */
export function vectorRowPlaceholders(parameters: VectorUnitParameters): VectorUnitContents[] {
  const { vectorLanes, vocabulary, layers, positions, group, columns, width } = parameters
  const beats = beatsOf(parameters)
  const steps = Math.ceil(width / (group * columns))
  const contents = {
    embeddingCodes: RomContents.placeholder(8 * vectorLanes, vocabulary * beats.width),
    embeddingScales: RomContents.placeholder(24, vocabulary * steps),
    normWeights: RomContents.placeholder(32 * vectorLanes, (2 * layers + 1) * beats.width),
    rotations: RomContents.placeholder(32 * vectorLanes, positions * beats.head),
  }
  return Array.from({ length: columns }, () => contents)
}

function unitContents(
  parameters: VectorUnitParameters,
  embedding: EmbeddingWeights,
  norms: readonly Float32Array[],
  column: number,
): VectorUnitContents {
  const { vectorLanes, width, vocabulary, group, columns } = parameters
  const groups = Math.ceil(width / group)
  const elements = columnElements(width, group, columns, column)
  const steps = Math.ceil(elements.length / group)
  const codes = new Uint8Array(vocabulary * elements.length)
  const scales = new Uint32Array(vocabulary * steps)
  for (let token = 0; token < vocabulary; token++) {
    for (let step = 0; step < steps; step++) {
      if (step * columns + column >= groups) continue
      const at = token * groups + step * columns + column
      const zeroPoint = embedding.zeroPoints[at]!
      scales[token * steps + step] = zeroPoint * 2 ** 16 + embedding.scales[at]!
      for (const [i, element] of elements.slice(step * group, (step + 1) * group).entries()) {
        // A code like the zero-point is a zero.
        codes[token * elements.length + step * group + i] =
          element === undefined ? zeroPoint : embedding.codes[token * width + element]!
      }
    }
  }
  const weights = norms.flatMap((norm) =>
    elements.map((element) => (element === undefined ? 0 : binary32Bits(norm[element]!))),
  )
  return {
    embeddingCodes: RomContents.fromBytes(8 * vectorLanes, codes),
    embeddingScales: RomContents.fromWords(24, scales),
    normWeights: RomContents.fromBytes(32 * vectorLanes, littleEndian(Uint32Array.from(weights))),
    rotations: rotationContents(parameters, column),
  }
}

/** Sines and cosines of `position * base^(-2 j / h)`; see docs/arithmetic.md. */
function rotationContents(parameters: VectorUnitParameters, column: number): RomContents {
  const { positions, headSize, ropeBase, vectorLanes, group, headColumns } = parameters
  const share = columnElements(headSize, group, headColumns, column % headColumns)
  const words: number[] = []
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < share.length; i += 2) {
      const angle = position * ropeBase ** (-share[i]! / headSize)
      words.push(binary32Bits(Math.sin(angle)), binary32Bits(Math.cos(angle)))
    }
  }
  return RomContents.fromBytes(32 * vectorLanes, littleEndian(Uint32Array.from(words)))
}

function littleEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * words.length)
  const view = new DataView(bytes.buffer)
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true)
  return bytes
}
