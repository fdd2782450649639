import type { ModelConfig } from '../checkpoint/index.js'
import { InputError } from '../common/input-error.js'
import type { ChipConfig } from './chip-config.js'

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
  /** L-Units in all: results of one tick. */
  readonly lUnits: number
  /** Numbers of a vector beat, V. */
  readonly vectorLanes: number
  readonly bits: 8 | 4 | 2
  readonly headBits: 8 | 4 | 2
  readonly group: 32 | 64 | 128
  /** Codes of a ROM word. */
  readonly lanes: number
  readonly mantissaBits: number
}

/**
 * @throws InputError naming the setting that does not fit the model
 */
export function chipShape(config: ChipConfig, model: ModelConfig): ChipShape {
  const headSize = model.dim / model.heads
  const lUnits = config.mesh.rows * config.mesh.columns * config.lUnits
  const vectorLanes = config.vectorLanes ?? widestLanes(headSize, config.group)
  const fail = (field: string, problem: string, hint: string): never => {
    throw new InputError(problem, { field }, hint)
  }
  if (!isPowerOfTwo(lUnits)) {
    fail('lUnits', `${lUnits} L-Units in all, with those of the mesh`, 'a power of two')
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
  if (headSize % vectorLanes !== 0) {
    fail(
      'vectorLanes',
      `${vectorLanes} lanes do not divide a head of ${headSize}`,
      'a power of two that does',
    )
  }
  if (config.headBits % config.bits !== 0) {
    fail(
      'headBits',
      `${config.headBits} bits on L-Units of ${config.bits}`,
      `a multiple of ${config.bits}`,
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
    lUnits,
    vectorLanes,
    bits: config.bits,
    headBits: config.headBits,
    group: config.group,
    lanes: config.lanes,
    mantissaBits: config.mantissaBits,
  }
}

/** The largest power of two, up to 16, that divides a head and a group. */
function widestLanes(headSize: number, group: number): number {
  return [16, 8, 4, 2].find((lanes) => headSize % lanes === 0 && group % lanes === 0) ?? 2
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value))
}
