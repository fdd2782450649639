import {
  checkAdapterTarget,
  openAdapter,
  openCheckpoint,
  readFloatModel,
  roleName,
  writeAdapter,
} from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import type { ChipConfig } from '../../compiler/chip-config.js'
import { chipShape } from '../../compiler/chip-shape.js'
import { type AdapterFormat, quantizeAdapter, type Repair } from '../../quantize/index.js'
import { slotRank } from '../adapter-rank.js'
import { bundledModel } from '../chip/bundled-model.js'
import { planChip } from '../chip/plan-chip.js'
import { referenceOf, tokenizerOf } from '../evaluate/evaluate.js'
import { readTexts } from '../evaluate/read-texts.js'
import type { Progress } from '../progress.js'
import { quantizedModel } from '../quantize/quantized-model.js'
import { chipLosses, predictedTokens } from './chip-losses.js'
import { defectiveModel } from './defective-model.js'
import { readDefects } from './read-defects.js'
import { repairedLayers, repairProjections } from './repair-projections.js'

export interface RepairRequest {
  readonly config: ChipConfig
  /** File of defects. */
  readonly defects: string
  /** Adapter that is to be used together with the repair. */
  readonly adapter?: string
  /** Text to measure the loss on. */
  readonly text?: string
  readonly tokenizer?: string
  /** Folder for the adapter. */
  readonly out?: string
}

export interface RepairReport {
  readonly model: string
  readonly defects: string
  /** Bits of ROMs among the defects that hold no weight. */
  readonly fillers: number
  readonly adapterRank: number
  readonly adapter?: string
  readonly projections: readonly ({ readonly tensor: string } & Omit<Repair, 'update'>)[]
  /** Nats per token in the chip's arithmetic; the given adapter is in use in all three. */
  readonly loss?: {
    readonly text: string
    /** Predicted tokens. */
    readonly tokens: number
    readonly intact: number
    readonly defective: number
    readonly repaired: number
  }
  readonly written?: string
}

/**
 * Computes the adapter that best undoes defects of a chip's ROMs within its free rank, measures it, and writes it.
 *
 * @throws InputError for faults of configuration, files and defects, and when nothing is wrong or no rank is free
 */
export async function repair(request: RepairRequest, progress: Progress): Promise<RepairReport> {
  const { config, defects: file, text, out } = request
  const format = adapterFormat(config)
  if (out !== undefined) await checkAdapterTarget(out)
  const defects = await readDefects(file)
  const checkpoint = await openCheckpoint(config.model ?? bundledModel())
  try {
    const reference = await progress.step('reading the model', () => readFloatModel(checkpoint))
    const shape = chipShape(config, reference.config)
    const given =
      request.adapter === undefined
        ? undefined
        : await openAdapter(request.adapter, reference.config)
    const givenInChip = given && quantizeAdapter(given, format)
    const tokenizer = await tokenizerOf(checkpoint, request.tokenizer)
    const whole = text === undefined ? [] : await readTexts(text, tokenizer)
    const texts = whole.map((tokens) => tokens.slice(0, shape.positions + 1))
    const calibration = { bos: tokenizer.bos }
    const intact = await quantizedModel(
      checkpoint,
      config.quantizer === 'calibrated' ? { ...config, calibration } : config,
      progress,
    )
    const damaged = defectiveModel(intact, defects, file, () => planChip(config, intact))
    const float = referenceOf(intact, reference)
    const repairs = await repairProjections(
      { intact, float, damaged, ...(given && { given }) },
      format,
      calibration,
      file,
      progress,
    )
    const layers = repairedLayers(repairs, reference.config.layers, given)
    const inUse = givenInChip && { adapter: givenInChip }
    const [atFirst, withDefects, atLast] =
      text === undefined
        ? []
        : await chipLosses(
            [
              { name: 'without defects', model: intact, ...inUse },
              { name: 'with the defects', model: damaged.model, ...inUse },
              {
                name: 'repaired',
                model: damaged.model,
                adapter: quantizeAdapter({ path: file, format: 'PEFT', layers }, format),
              },
            ],
            texts,
            { ...shape, digitBits: shape.bits, kvFormat: config.kv.format },
            progress,
          )
    if (out !== undefined) await writeAdapter({ layers }, reference.config, out)
    return {
      model: checkpoint.path,
      defects: file,
      fillers: damaged.fillers,
      adapterRank: format.rank,
      ...(request.adapter !== undefined && { adapter: request.adapter }),
      projections: repairs.map(({ role, update, ...found }) => ({
        tensor: roleName(role),
        ...found,
      })),
      ...(text !== undefined && {
        loss: {
          text,
          tokens: predictedTokens(texts),
          intact: atFirst!,
          defective: withDefects!,
          repaired: atLast!,
        },
      }),
      ...(out !== undefined && { written: out }),
    }
  } finally {
    await checkpoint.close()
  }
}

/** @throws InputError for a chip without weights or without adapters */
function adapterFormat(config: ChipConfig): AdapterFormat {
  if (config.shape !== undefined) {
    throw new InputError('has no weights', { field: 'shape' }, 'a checkpoint: --model FILE')
  }
  return { rank: slotRank(config), group: config.group }
}
