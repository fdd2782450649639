import type { ModelConfig } from '../checkpoint/index.js'
import { type CodeBits, codeBitsName } from '../common/code-bits.js'
import { InputError } from '../common/input-error.js'
import type { ChipConfig } from './chip-config.js'
import { digitsOfCode } from './code-digits.js'

/** Sizes that follow from a model and a chip configuration. */
export interface ChipShape {
  readonly dim: number
  readonly hiddenDim: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  readonly vocabulary: number
  /** Positions of the KV cache. */
  readonly positions: number
  /** Columns of the mesh, C: parts of every matrix's columns, and vector units. */
  readonly columns: number
  /** L-Units of a column of the mesh: results of one tick. */
  readonly lUnits: number
  /**
   * How the results of the L-Units come to the vector units: a whole tick to each in turn, or, where the columns divide
   * the L-Units of a column, a part of every tick to each.
   */
  readonly dealsTicks: boolean
  /** H-Units; each takes its heads from `headColumns` vector units. */
  readonly hUnits: number
  readonly headColumns: number
  /** The one H-Unit takes all heads from the first vector unit, and the mixed vector is dealt to all columns. */
  readonly headsInFirst: boolean
  /** Numbers of a vector unit's beat, V. */
  readonly vectorLanes: number
  readonly bits: CodeBits
  readonly headBits: CodeBits
  readonly group: 32 | 64 | 128
  /** Codes of a ROM word. */
  readonly lanes: number
  readonly mantissaBits: number
  /** LoRA adapters, if the chip can have any: their largest rank, and the A units of a column of the mesh. */
  readonly adapter?: { readonly rank: number; readonly units: number }
}

/**
 * @throws InputError naming the setting that does not fit the model
 */
export function chipShape(config: ChipConfig, model: ModelConfig): ChipShape {
  const headSize = model.dim / model.heads
  const { columns } = config.mesh
  const lUnits = config.mesh.rows * config.lUnits
  const { hUnits, headColumns } = headPlaces(columns, model, config.group)
  const headsInFirst = hUnits * headColumns < columns
  const vectorLanes = config.vectorLanes ?? widestLanes(headSize / headColumns, config.group)
  const fail = (field: string, problem: string, hint: string): never => {
    throw new InputError(problem, { field }, hint)
  }
  if (config.group % config.lanes !== 0) {
    fail(
      'lanes',
      `${config.lanes} lanes do not divide a group of ${config.group}`,
      'a divisor of the group',
    )
  }
  if (config.group % vectorLanes !== 0) {
    fail(
      'vectorLanes',
      `${vectorLanes} lanes do not divide a group of ${config.group}`,
      'a divisor of the group',
    )
  }
  if ((headSize / headColumns) % vectorLanes !== 0) {
    fail(
      'vectorLanes',
      `${vectorLanes} lanes do not divide a head of ${headSize}`,
      'a power of two that does',
    )
  }
  if (digitsOfCode(config.headBits, config.bits) === undefined) {
    fail(
      'headBits',
      `${codeBitsName(config.headBits)} on L-Units for ${codeBitsName(config.bits)}`,
      `a multiple of ${config.bits} bits`,
    )
  }
  const positions = config.kv.length ?? model.contextLength
  if (positions > model.contextLength) {
    fail(
      'kv.length',
      `${positions} positions, but the model has ${model.contextLength}`,
      'no more than that',
    )
  }
  return {
    dim: model.dim,
    hiddenDim: model.hiddenDim,
    layers: model.layers,
    heads: model.heads,
    kvHeads: model.kvHeads,
    headSize,
    vocabulary: model.vocabulary,
    positions,
    columns,
    lUnits,
    dealsTicks: headsInFirst || lUnits % columns !== 0,
    hUnits,
    headColumns,
    headsInFirst,
    vectorLanes,
    bits: config.bits,
    headBits: config.headBits,
    group: config.group,
    lanes: config.lanes,
    mantissaBits: config.mantissaBits,
    ...(config.adapter && { adapter: adapterShape(config.adapter, vectorLanes, config.lanes) }),
  }
}

/** @throws InputError naming the setting that does not fit */
function adapterShape(
  { rank, units = rank }: NonNullable<ChipConfig['adapter']>,
  vectorLanes: number,
  lanes: number,
): { rank: number; units: number } {
  const fail = (field: string, problem: string, hint: string): never => {
    throw new InputError(problem, { field }, hint)
  }
  if (rank % vectorLanes !== 0) {
    fail('adapter.rank', `rank ${rank} on ${vectorLanes} vector lanes`, `at least ${vectorLanes}`)
  }
  if (rank % units !== 0 || units % vectorLanes !== 0) {
    fail(
      'adapter.units',
      `${units} units for rank ${rank} on ${vectorLanes} vector lanes`,
      'a divisor of the rank that the vector lanes divide',
    )
  }
  if (!Number.isInteger(Math.log2(lanes))) {
    fail('lanes', `${lanes} lanes with adapters`, 'a power of two')
  }
  return { rank, units }
}

/** The largest power of two, up to 16, that divides a head and a group. */
function widestLanes(headSize: number, group: number): number {
  return [16, 8, 4, 2].find((lanes) => headSize % lanes === 0 && group % lanes === 0) ?? 2
}

/**
 * H-Units, and the vector units that each has: all of them, where that splits the heads into whole groups
 * (docs/arithmetic.md, L-Unit), otherwise one of one.
 */
function headPlaces(columns: number, model: ModelConfig, group: number) {
  const hUnits = greatestCommonDivisor(columns, model.kvHeads)
  const headColumns = columns / hUnits
  const sharesHeads =
    headColumns === 1 ||
    (Number.isInteger(Math.log2(headColumns)) &&
      (model.dim / model.heads) % (group * headColumns) === 0)
  const fits = columns === 1 || (sharesHeads && (model.dim / hUnits) % group === 0)
  return fits ? { hUnits, headColumns } : { hUnits: 1, headColumns: 1 }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
