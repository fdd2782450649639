import { constants } from 'node:buffer'
import { isFiniteFloat16 } from '../common/float16.js'
import { InputError } from '../common/input-error.js'
import {
  matrixShape,
  type RowBlock,
  type RowRange,
  type StoredGroups,
  type TensorInfo,
  tensorLocation,
} from './checkpoint.js'
import type { FileBytes } from './file-bytes.js'
import { groupedType } from './grouped-types.js'
import { isPackedTrits, packedGroups, packedValues } from './packed-trits.js'
import { readableTypeNames, valueDecoder } from './tensor-values.js'

const READ_BYTES = 2 ** 20

/** See `Checkpoint.readFloat32`. */
export async function readFloat32(
  bytes: FileBytes,
  tensor: TensorInfo,
  rows?: RowRange,
): Promise<Float32Array> {
  const range = checkedRows(tensor, rows)
  if (isPackedTrits(tensor)) return packedValues(bytes, tensor, range)
  const decode = valueDecoder(tensor.storedType)
  if (decode === undefined) {
    throw new InputError(
      `values of type ${tensor.storedType.name} cannot be read`,
      tensorLocation(tensor),
      `readable types: ${readableTypeNames.join(', ')}`,
    )
  }
  const valueCount = range.count * matrixShape(tensor).columns
  if (valueCount * Float32Array.BYTES_PER_ELEMENT > constants.MAX_LENGTH) {
    throw new RangeError(`${tensor.name} has too many values for one array; read it by rows`)
  }
  const values = new Float32Array(valueCount)
  let filled = 0
  for await (const { blocks, offset } of storedBlocks(bytes, tensor, range)) {
    const decoded = decode(blocks)
    checkFinite(decoded, tensor, offset)
    values.set(decoded, filled)
    filled += decoded.length
  }
  return values
}

/** See `Checkpoint.readRows`. */
export async function* readRows(
  bytes: FileBytes,
  tensor: TensorInfo,
): AsyncGenerator<RowBlock, void> {
  const { rows, columns } = matrixShape(tensor)
  if (columns === 0) return
  const rowBytes = Float32Array.BYTES_PER_ELEMENT * columns
  const rowsAtOnce = Math.max(1, Math.floor(READ_BYTES / rowBytes))
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - first)
    yield { first, count, values: await readFloat32(bytes, tensor, { first, count }) }
  }
}

/** See `Checkpoint.readGroups`. */
export async function readGroups(
  bytes: FileBytes,
  tensor: TensorInfo,
  rows?: RowRange,
): Promise<StoredGroups> {
  const range = checkedRows(tensor, rows)
  if (isPackedTrits(tensor)) return packedGroups(bytes, tensor, range)
  const type = groupedType(tensor.storedType.name)
  if (type === undefined) {
    throw new InputError(
      `type ${tensor.storedType.name} is not stored in groups`,
      tensorLocation(tensor),
    )
  }
  const { columns } = matrixShape(tensor)
  const codes = new Uint8Array(range.count * columns)
  const scales = new Uint16Array(codes.length / type.group)
  const offsets = type.offsetAt === undefined ? undefined : new Uint16Array(scales.length)
  let group = 0
  for await (const { blocks, offset } of storedBlocks(bytes, tensor, range)) {
    const buffer = Buffer.from(blocks.buffer, blocks.byteOffset, blocks.byteLength)
    const { blockBytes } = tensor.storedType
    for (let at = 0; at < buffer.length; at += blockBytes, group++) {
      scales[group] = finiteFloat16(buffer, at + type.scaleAt, 'scale', tensor, offset)
      if (offsets !== undefined) {
        offsets[group] = finiteFloat16(buffer, at + type.offsetAt!, 'offset', tensor, offset)
      }
      const groupCodes = type.codesOf(buffer, at)
      if (type.bits === 'ternary') checkTrits(groupCodes, tensor, offset + at)
      codes.set(groupCodes, group * type.group)
    }
  }
  return {
    rows: range.count,
    columns,
    bits: type.bits,
    group: type.group,
    codes,
    scales,
    zeroPoint: type.zeroPoint,
    ...(offsets === undefined ? {} : { offsets }),
  }
}

function checkedRows(tensor: TensorInfo, range: RowRange | undefined): RowRange {
  const { rows } = matrixShape(tensor)
  if (range === undefined) return { first: 0, count: rows }
  const { first, count } = range
  const valid = [first, count].every((number) => Number.isSafeInteger(number) && number >= 0)
  if (!valid || first + count > rows) {
    throw new RangeError(`${tensor.name} has ${rows} rows, not ${first} + ${count}`)
  }
  return range
}

/** The bytes of some rows in pieces of whole blocks, each with its position in the file. */
async function* storedBlocks(
  bytes: FileBytes,
  tensor: TensorInfo,
  rows: RowRange,
): AsyncGenerator<{ blocks: Buffer; offset: number }, void> {
  const { blockValues, blockBytes } = tensor.storedType
  const rowBytes = (matrixShape(tensor).columns / blockValues) * blockBytes
  const pieceBytes = Math.floor(READ_BYTES / blockBytes) * blockBytes
  const end = tensor.byteOffset + (rows.first + rows.count) * rowBytes
  for (let offset = end - rows.count * rowBytes; offset < end; offset += pieceBytes) {
    const length = Math.min(pieceBytes, end - offset)
    yield { blocks: await bytes.read(offset, length, tensor.storedName), offset }
  }
}

/** @throws InputError for the fourth code, which is no trit */
function checkTrits(codes: Uint8Array, tensor: TensorInfo, offset: number): void {
  if (codes.some((code) => code > 2)) {
    throw new InputError('a code is 3, which is no trit', tensorLocation(tensor, offset))
  }
}

function checkFinite(values: Float32Array, tensor: TensorInfo, offset: number): void {
  const fault = values.findIndex((value) => !Number.isFinite(value))
  if (fault === -1) return
  const { blockValues, blockBytes } = tensor.storedType
  throw new InputError(
    'value is not finite',
    tensorLocation(tensor, offset + Math.floor(fault / blockValues) * blockBytes),
  )
}

function finiteFloat16(
  blocks: Buffer,
  at: number,
  what: string,
  tensor: TensorInfo,
  offset: number,
): number {
  const bits = blocks.readUInt16LE(at)
  if (!isFiniteFloat16(bits)) {
    throw new InputError(`${what} of a group is not finite`, tensorLocation(tensor, offset + at))
  }
  return bits
}
