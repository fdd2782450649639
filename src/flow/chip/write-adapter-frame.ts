import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import type { Adapter, LowRankUpdate, Projection } from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import { systemErrorCode } from '../../common/replace-folder.js'
import { adapterImage } from '../../compiler/adapter-image.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import { modelOfShape, modelShapes } from '../../compiler/model-shapes.js'
import { type ChipAdapter, groupsPerRow, type QuantizedMatrix } from '../../quantize/index.js'
import { slotRank } from '../adapter-rank.js'
import type { Progress } from '../progress.js'
import { readChipAdapters } from './chip-adapters.js'
import { planChip } from './plan-chip.js'
import { readChipModel } from './read-chip-model.js'

const wordBytes = 4

export interface FrameRequest {
  readonly config: ChipConfig
  /** A PEFT folder or file, or GGUF. */
  readonly adapter: string
  readonly slot: 0 | 1
  readonly tokenizer?: string
  /** File for the frame. */
  readonly out: string
}

/** Projections of one kind to which an adapter does the same. */
export interface FrameProjection {
  readonly projection: Projection
  readonly layers: readonly number[]
  /** Of the adapter. */
  readonly rank: number
  /** `alpha / r`, or `alpha / sqrt(r)`. */
  readonly scale: number
  /** Of A and B in the frame, of all these layers. */
  readonly bytes: number
}

export interface FrameReport {
  readonly adapter: string
  readonly format: Adapter['format']
  readonly slot: 0 | 1
  /** Of the chip's slots. */
  readonly slotRank: number
  readonly projections: readonly FrameProjection[]
  /** Of the frame. */
  readonly words: number
  readonly bytes: number
  readonly written: string
}

/**
 * Writes the frame that loads an adapter into a slot of a configuration's chip: its words, lowest byte first, as
 * `s_axis_adapter` takes them. The file is whole, or is not there; one that is there is replaced.
 *
 * @throws InputError for faults of configuration, model and adapter, and for an adapter that does not fit
 */
export async function writeAdapterFrame(
  request: FrameRequest,
  progress: Progress,
): Promise<FrameReport> {
  const { config, adapter: path, slot, tokenizer, out } = request
  const rank = slotRank(config)
  const { files, adapters } = await readChipAdapters(config, [path])
  const [file, adapter] = [files[0]!, adapters[0]!]
  const model =
    config.shape === undefined
      ? (await readChipModel(config, tokenizer, progress)).model
      : modelOfShape(modelShapes[config.shape], config)
  const plan = await progress.step('scheduling', () => planChip(config, model))
  const frame = adapterImage({ ...plan, model }, adapter, slot)
  await writeWhole(out, bytesOf(frame))
  return {
    adapter: file.path,
    format: file.format,
    slot,
    slotRank: rank,
    projections: frameProjections(file, adapter),
    words: frame.length,
    bytes: frame.length * wordBytes,
    written: out,
  }
}

function frameProjections(file: Adapter, adapter: ChipAdapter): readonly FrameProjection[] {
  const found = new Map<string, FrameProjection>()
  for (const [layer, updates] of file.layers.entries()) {
    for (const [kind, { rank, scale }] of Object.entries(updates) as [
      Projection,
      LowRankUpdate,
    ][]) {
      const { a, b } = adapter.layers[layer]![kind]!
      const key = [kind, rank, scale].join()
      const before = found.get(key)
      found.set(key, {
        projection: kind,
        layers: [...(before?.layers ?? []), layer],
        rank,
        scale,
        bytes: (before?.bytes ?? 0) + matrixBytes(a) + matrixBytes(b),
      })
    }
  }
  return [...found.values()]
}

/** A byte for a code and a word for a scale. */
function matrixBytes(matrix: QuantizedMatrix<number>): number {
  return matrix.codes.length + matrix.rows * groupsPerRow(matrix) * wordBytes
}

function bytesOf(words: Uint32Array): Buffer {
  const bytes = Buffer.alloc(words.length * wordBytes)
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, i * wordBytes)
  return bytes
}

async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`
  try {
    await writeFile(unfinished, bytes)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    const code = systemErrorCode(error)
    if (code === undefined) throw error
    throw new InputError(`cannot write the frame: ${code}`, { file })
  }
}
