import {
  type Checkpoint,
  storedGroupFormat,
  type TensorInfo,
  tensorLocation,
} from '../checkpoint/index.js'
import type { CodeBits } from '../common/code-bits.js'
import { InputError } from '../common/input-error.js'
import type { Clipping } from './group-quantizer.js'
import { importGroups, importsAs } from './import-groups.js'
import { MatrixQuantizer, type QuantizationFormat } from './quantize-matrix.js'
import { type GroupSize, groupSizeChoices, type QuantizedMatrix } from './quantized-matrix.js'
import { absmeanScale } from './ternary-quantizer.js'

/** What may be asked for; what is left out follows the tensor. */
export interface TensorQuantization {
  /** The bits of the stored codes by default, 4 for tensors without. */
  readonly bits?: CodeBits
  /** The size of the stored groups by default, 64 for tensors without. */
  readonly group?: GroupSize
  readonly clipping?: Clipping
  /** One scale for a whole ternary tensor, BitNet's; otherwise one for each group. */
  readonly absmean?: boolean
  /** Allow a second rounding of weights that are stored quantised. */
  readonly requantize?: boolean
}

export interface QuantizedTensor {
  readonly tensor: TensorInfo
  readonly matrix: QuantizedMatrix
  /** `imported`: the stored groups as they are; `requantized`: rounded a second time. */
  readonly origin: 'quantized' | 'imported' | 'requantized'
}

const DEFAULT_FORMAT: QuantizationFormat = { bits: 4, group: 64 }

/**
 * A weight matrix of a checkpoint in the chip's numbers. Stored groups of the asked format are imported as they are;
 * values are read in blocks of rows and quantised, so that only the codes of a tensor are in memory at once.
 * @throws InputError for tensors that are no matrix, and for stored groups of another format without `requantize`.
 */
export async function quantizeTensor(
  checkpoint: Checkpoint,
  name: string,
  options: TensorQuantization = {},
): Promise<QuantizedTensor> {
  const tensor = checkpoint.tensor(name)
  const [rows, columns] = matrixSize(tensor)
  const stored = storedGroupFormat(tensor)
  const storedGroup = groupSizeChoices.find((choice) => choice === stored?.group)
  const format: QuantizationFormat = {
    bits: options.bits ?? stored?.bits ?? DEFAULT_FORMAT.bits,
    group: options.group ?? storedGroup ?? DEFAULT_FORMAT.group,
  }
  if (stored !== undefined && importsAs(stored, format, columns)) {
    const matrix = importGroups(await checkpoint.readGroups(tensor.storedName), format.group)
    return { tensor, matrix, origin: 'imported' }
  }
  if (stored !== undefined && options.requantize !== true) {
    throw new InputError(
      `is stored as ${tensor.storedType.name}; ${describe(format)} would round it a second time`,
      tensorLocation(tensor),
      `ask for ${describe(stored)}, or for requantisation`,
    )
  }
  const blocks = () => valuesOf(checkpoint, tensor)
  const isAbsmean = format.bits === 'ternary' && options.absmean === true
  const quantizer = new MatrixQuantizer(
    rows,
    columns,
    format,
    options.clipping ?? 'search',
    tensorLocation(tensor),
    isAbsmean ? await absmeanScale(blocks()) : undefined,
  )
  for await (const values of blocks()) quantizer.addRows(values)
  return {
    tensor,
    matrix: quantizer.finish(),
    origin: stored === undefined ? 'quantized' : 'requantized',
  }
}

async function* valuesOf(
  checkpoint: Checkpoint,
  { storedName }: TensorInfo,
): AsyncGenerator<Float32Array, void> {
  for await (const { values } of checkpoint.readRows(storedName)) yield values
}

function matrixSize(tensor: TensorInfo): [rows: number, columns: number] {
  const [rows, columns, ...rest] = tensor.shape
  if (rows === undefined || columns === undefined || rest.length > 0 || rows * columns === 0) {
    throw new InputError(
      `shape [${tensor.shape.join(', ')}] is not that of a weight matrix`,
      tensorLocation(tensor),
    )
  }
  return [rows, columns]
}

function describe({ bits, group }: { readonly bits: CodeBits; readonly group: number }): string {
  return `${bits === 'ternary' ? bits : `${bits} bits`} in groups of ${group}`
}
