import { z } from 'zod'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import { withPackedTrits } from './bitnet.js'
import { type TensorInfo, tensorLocation } from './checkpoint.js'
import type { CheckpointContents } from './contents.js'
import type { FileBytes } from './file-bytes.js'
import { readHuggingFaceConfig } from './huggingface-config.js'
import { readTokenizerBeside } from './huggingface-tokenizer.js'
import { parseJson } from './json-text.js'
import { parseSettings } from './settings.js'
import { safetensorsTypes } from './stored-types.js'
import { canonicalName } from './tensor-names.js'
import { tensorByteLength } from './tensor-table.js'

const LENGTH_BYTES = 8
/** The format's own limit. */
const LARGEST_HEADER = 100_000_000
const OPENING_BRACE = '{'.charCodeAt(0)
const METADATA_KEY = '__metadata__'

const sizeSchema = z.int().nonnegative()
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(sizeSchema),
  data_offsets: z.tuple([sizeSchema, sizeSchema]),
})
const metadataSchema = z.record(z.string(), z.string())
const headerSchema = z.record(z.string(), z.unknown())

/**
 * Reads the header of one safetensors file and the `config.json` beside it.
 * Source: the format section of https://github.com/huggingface/safetensors, with its rules that keys are unique and
 * that the tensors cover the data without gap, overlap or rest.
 */
export async function readSafetensors(bytes: FileBytes): Promise<CheckpointContents> {
  const stored = await readSafetensorsHeader(bytes)
  const { trits, ...settings } = await readHuggingFaceConfig(bytes.path)
  const tensors = trits === undefined ? stored : await withPackedTrits(stored, trits, () => bytes)
  return {
    format: 'safetensors',
    ...settings,
    tensors,
    readTokenizer: () => readTokenizerBeside(bytes.path),
  }
}

/** True when the first bytes can be those of a safetensors file: the header's length, then its opening brace. */
export function isSafetensors(start: Buffer): boolean {
  return start[LENGTH_BYTES] === OPENING_BRACE
}

/** The tensors of one safetensors file. */
export async function readSafetensorsHeader(bytes: FileBytes): Promise<TensorInfo[]> {
  const file = bytes.path
  const field = 'header length'
  const length = (await bytes.read(0, LENGTH_BYTES, field)).readBigUInt64LE()
  if (length > LARGEST_HEADER) {
    throw new InputError(`${length} bytes are more than the format's limit, ${LARGEST_HEADER}`, {
      file,
      offset: 0,
      field,
    })
  }
  const encoded = await bytes.read(LENGTH_BYTES, Number(length), 'header')
  if (encoded[0] !== OPENING_BRACE) {
    throw new InputError('the header does not start with {', { file, offset: LENGTH_BYTES })
  }
  const json = parseJson(encoded, file, LENGTH_BYTES)
  const { [METADATA_KEY]: metadata, ...entries } = parseSettings(headerSchema, json, file)
  if (metadata !== undefined) parseSettings(metadataSchema, metadata, file, METADATA_KEY)
  const dataStart = LENGTH_BYTES + encoded.length
  const tensors = Object.entries(entries).map(([name, entry]) =>
    placeTensor(name, entry, dataStart, file),
  )
  checkCoverage(tensors, dataStart, bytes)
  return tensors
}

function placeTensor(name: string, entry: unknown, dataStart: number, file: string): TensorInfo {
  const { dtype, shape, data_offsets: range } = parseSettings(entrySchema, entry, file, name)
  const place = { file, storedName: name }
  const location = tensorLocation(place)
  const storedType = safetensorsTypes.get(dtype)
  if (storedType === undefined) {
    throw new InputError(`unknown tensor type ${printable(dtype)}`, location)
  }
  const byteLength = tensorByteLength(storedType, shape, location)
  if (range[1] - range[0] !== byteLength) {
    throw new InputError(
      `data_offsets [${range.join(', ')}] do not span the ${byteLength} bytes of ${dtype} [${shape.join(', ')}]`,
      location,
    )
  }
  return {
    name: canonicalName(name) ?? name,
    ...place,
    shape,
    storedType,
    byteOffset: dataStart + range[0],
    byteLength,
  }
}

function checkCoverage(tensors: readonly TensorInfo[], dataStart: number, bytes: FileBytes): void {
  let covered = dataStart
  const byPlace = tensors.toSorted(
    (a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength,
  )
  for (const tensor of byPlace) {
    const { byteOffset, byteLength } = tensor
    if (byteOffset !== covered) {
      throw new InputError(
        `its data starts ${byteOffset < covered ? 'before' : 'after'} byte ${covered}, where the tensor before it ends`,
        tensorLocation(tensor, byteOffset),
      )
    }
    covered += byteLength
  }
  if (covered !== bytes.size) {
    throw new InputError(
      `the tensors end at byte ${covered}, the file at ${bytes.size}`,
      { file: bytes.path, offset: covered },
      covered > bytes.size ? 'the file may be truncated' : 'the rest belongs to no tensor',
    )
  }
}
