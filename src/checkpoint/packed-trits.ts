import { FLOAT16_MAX, numberToFloat16 } from '../common/float16.js'
import { InputError } from '../common/input-error.js'
import {
  matrixShape,
  type RowRange,
  type StoredGroups,
  type TensorInfo,
  tensorLocation,
} from './checkpoint.js'
import type { FileBytes } from './file-bytes.js'

/** A tensor of trits in quarters: see `withPackedTrits`. */
export type PackedTrits = TensorInfo & { readonly tritScale: number }

export function isPackedTrits(tensor: TensorInfo): tensor is PackedTrits {
  return tensor.tritScale !== undefined
}

const READ_BYTES = 2 ** 20

/** Rows as binary32 values. */
export async function packedValues(
  bytes: FileBytes,
  tensor: PackedTrits,
  rows: RowRange,
): Promise<Float32Array> {
  const scale = Math.fround(tensor.tritScale)
  const codes = await packedCodes(bytes, tensor, rows)
  return Float32Array.from(codes, (code) => scale * (code - 1))
}

/** Rows as ternary codes, each row a group; its scale is rounded to binary16. @throws InputError for one that binary16 does not have */
export async function packedGroups(
  bytes: FileBytes,
  tensor: PackedTrits,
  rows: RowRange,
): Promise<StoredGroups> {
  const { tritScale } = tensor
  const scale = tritScale > FLOAT16_MAX ? 0 : numberToFloat16(tritScale)
  if (scale === 0) {
    throw new InputError(`its scale ${tritScale} is beyond binary16`, tensorLocation(tensor))
  }
  const { columns } = matrixShape(tensor)
  return {
    rows: rows.count,
    columns,
    bits: 'ternary',
    group: columns,
    codes: await packedCodes(bytes, tensor, rows),
    scales: new Uint16Array(rows.count).fill(scale),
    zeroPoint: 1,
  }
}

/** Trits plus 1, quarter by quarter and about a megabyte at a time. */
async function packedCodes(
  bytes: FileBytes,
  tensor: PackedTrits,
  { first, count }: RowRange,
): Promise<Uint8Array> {
  const { rows, columns } = matrixShape(tensor)
  const quarterRows = rows / 4
  const rowsAtOnce = Math.max(1, Math.floor(READ_BYTES / Math.max(1, columns)))
  const codes = new Uint8Array(count * columns)
  let row = first
  while (row < first + count) {
    const quarter = Math.floor(row / quarterRows)
    const end = Math.min(first + count, (quarter + 1) * quarterRows, row + rowsAtOnce)
    const offset = tensor.byteOffset + (row - quarter * quarterRows) * columns
    const packed = await bytes.read(offset, (end - row) * columns, tensor.storedName)
    const part = packed.map((byte) => (byte >> (2 * quarter)) & 3)
    const fault = part.indexOf(3)
    if (fault !== -1) {
      throw new InputError('a code is 3, which is no trit', tensorLocation(tensor, offset + fault))
    }
    codes.set(part, (row - first) * columns)
    row = end
  }
  return codes
}
