import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import { withPackedTrits } from './bitnet.js'
import { type TensorInfo, tensorLocation } from './checkpoint.js'
import type { CheckpointContents } from './contents.js'
import { FileBytes } from './file-bytes.js'
import { readHuggingFaceConfig, readJsonFile } from './huggingface-config.js'
import { readTokenizerBeside } from './huggingface-tokenizer.js'
import { readSafetensorsHeader } from './safetensors.js'
import { parseSettings } from './settings.js'

const LARGEST_INDEX = 100_000_000

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) })

/**
 * Reads a checkpoint that is split into several safetensors files, through its index
 * (`model.safetensors.index.json`): a JSON object whose `weight_map` names the file of each tensor.
 * @throws InputError also when the files and the index do not have the same tensors.
 */
export async function readSafetensorsIndex(path: string): Promise<CheckpointContents> {
  const index = parseSettings(indexSchema, await readJsonFile(path, LARGEST_INDEX), path)
  const fileOf = new Map(Object.entries(index.weight_map))
  const parts: FileBytes[] = []
  try {
    const stored: TensorInfo[] = []
    for (const name of new Set(fileOf.values())) {
      if (name !== basename(name) || name === '..') {
        throw new InputError(`${printable(name)} is not the name of a file beside the index`, {
          file: path,
          field: 'weight_map',
        })
      }
      const part = await FileBytes.open(join(dirname(path), name))
      parts.push(part)
      stored.push(...(await readSafetensorsHeader(part)))
    }
    checkAgainstIndex(stored, fileOf, path)
    const { trits, ...settings } = await readHuggingFaceConfig(path)
    const partOf = ({ file }: TensorInfo) => parts.find((part) => part.path === file)!
    const tensors = trits === undefined ? stored : await withPackedTrits(stored, trits, partOf)
    return {
      format: 'safetensors',
      ...settings,
      tensors,
      parts,
      readTokenizer: () => readTokenizerBeside(path),
    }
  } catch (error) {
    await Promise.all(parts.map((part) => part.close()))
    throw error
  }
}

function checkAgainstIndex(
  tensors: readonly TensorInfo[],
  fileOf: ReadonlyMap<string, string>,
  path: string,
): void {
  const found = new Set<string>()
  for (const tensor of tensors) {
    if (fileOf.get(tensor.storedName) !== basename(tensor.file)) {
      throw new InputError(
        'the index does not place the tensor in this file',
        tensorLocation(tensor),
      )
    }
    found.add(tensor.storedName)
  }
  for (const [name, file] of fileOf) {
    if (!found.has(name)) {
      throw new InputError(`${printable(file)} has no such tensor`, {
        file: path,
        field: printable(name),
      })
    }
  }
}
