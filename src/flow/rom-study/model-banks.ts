import { lUnitParameters } from '../../../generators/l-unit/parameters.js'
import { lUnitContents, weightsOfUnit } from '../../../generators/l-unit/weights.js'
import {
  type Checkpoint,
  isProjection,
  layerTensorKinds,
  openCheckpoint,
  roleName,
} from '../../checkpoint/index.js'
import { type CodeBits, codeWidth } from '../../common/code-bits.js'
import { InputError } from '../../common/input-error.js'
import { RomContents } from '../../hdl/index.js'
import { quantizeTensor } from '../../quantize/index.js'
import type { BankSource } from './banks.js'
import { codesOfWord } from './pack-codes.js'

const formats = [
  { name: 'int4', bits: 4, description: 'INT4 in groups of 64' },
  { name: 'int2', bits: 2, description: 'INT2 in groups of 64' },
  { name: 'ternary', bits: 'ternary', description: 'ternary, one scale a matrix (absmean)' },
] as const

/** Weights that share a scale. */
const group = 64

/** Codes that one L-Unit reads in a cycle, at the most; wider banks have the words of several L-Units side by side. */
const largestLanes = 16

/** Banks of a checkpoint's projections, in every format. */
export function modelSources(name: string, file: string): readonly BankSource[] {
  return formats.map((format) => ({
    name: `${name}-${format.name}`,
    description: `${name}, ${format.description}`,
    weightBits: codeWidth(format.bits),
    contents: (width, depth) => modelBank(file, format.bits, width, depth),
  }))
}

/**
 * The words at the first addresses of the L-Units that share the rows of the model's projections, in the order in which
 * a decoder uses these.
 */
async function modelBank(
  file: string,
  bits: CodeBits,
  width: number,
  depth: number,
): Promise<RomContents> {
  const codesInWord = codesOfWord(width, codeWidth(bits))
  const lanes = Math.min(largestLanes, codesInWord)
  const units = codesInWord / lanes
  if (!Number.isInteger(units)) {
    throw new InputError(
      `${width} bits are no whole number of words of ${lanes} codes`,
      { field: '--widths' },
      `multiples of ${largestLanes * codeWidth(bits)}`,
    )
  }
  const parameters = lUnitParameters({ bits, group, lanes })
  const words: bigint[] = []
  const checkpoint = await openCheckpoint(file)
  try {
    for (const tensor of projections(checkpoint)) {
      const { matrix } = await quantizeTensor(checkpoint, tensor, {
        bits,
        group,
        requantize: true,
        absmean: true,
      })
      const roms = Array.from(
        { length: units },
        (_, unit) =>
          lUnitContents(parameters, weightsOfUnit(parameters, matrix, unit, units)).codes,
      )
      for (let address = 0; address < roms[0]!.depth && words.length < depth; address++) {
        words.push(
          roms.reduceRight((word, rom) => (word << BigInt(rom.width)) | rom.word(address), 0n),
        )
      }
      if (words.length === depth) return RomContents.fromWords(width, words)
    }
  } finally {
    await checkpoint.close()
  }
  throw new InputError(
    `its projections fill ${words.length} words of ${width} bits, not ${depth}`,
    { file },
    'fewer --depths or --widths',
  )
}

function* projections(checkpoint: Checkpoint): Generator<string> {
  const names = new Set(checkpoint.tensors.map(({ name }) => name))
  const kinds = layerTensorKinds.filter(isProjection)
  for (let layer = 0; names.has(roleName({ kind: kinds[0]!, layer })); layer++) {
    yield* kinds.map((kind) => roleName({ kind, layer }))
  }
}
