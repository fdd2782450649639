import { type CodeBits, codeBitsChoices } from '../../src/common/code-bits.js'
import { InputError } from '../../src/common/input-error.js'
import type { FloatAddStage } from '../float/float-adder.js'
import type { ScaleToFloatStage } from '../float/scale-to-float.js'
import { printRomPolicy, type RomPolicy } from '../rom/policy.js'
import type { ProductForm } from './products.js'

/**
 * Where an L-Unit may have a register, in the order of the data: after the ROMs; after the products of codes
 * and mantissas; after their adder tree; after the product of zero-point and sum; in the scaling to binary32
 * (after its multiplication, its normalisation, its rounding); in the binary32 addition (after alignment, sum,
 * normalisation). The integer accumulator and the binary32 accumulators are always there. With offsets there
 * is a second addition, which has the registers of the first, and one behind it where the scaling has one
 * after its rounding.
 */
export const lUnitStages = [
  'rom',
  'products',
  'tree',
  'correction',
  'scale-multiply',
  'scale-normalise',
  'scale-round',
  'add-align',
  'add-sum',
  'add-normalise',
] as const
export type LUnitStage = (typeof lUnitStages)[number]

export interface LUnitParameters {
  /** Bits of a code and of a zero-point, or `ternary`: codes of two bits, without zero-points and offsets. */
  readonly bits: CodeBits
  /** Weights that share a scale and a zero-point. */
  readonly group: 32 | 64 | 128
  /** Codes in a ROM word, multiplied in one cycle; divides `group`. */
  readonly lanes: number
  /** Bits of an aligned activation, M; 10 to 16. */
  readonly mantissaBits: number
  /** The weights have a binary16 offset for each group, as GGUF's Q4_1 may need. */
  readonly offsets: boolean
  /** Without them codes, unless ternary, mean `q - 2^(bits - 1)`; there are no offsets then, and no products by `*`. */
  readonly zeroPoints: boolean
  /** The stages that end in a register. */
  readonly pipeline: readonly LUnitStage[]
  readonly rom: RomPolicy
  readonly products: ProductForm
  /**
   * ROM and arithmetic in one module with no port between them; otherwise the arithmetic is a module of its
   * own, emitted, compiled and synthesised once for all L-Units of a structure.
   */
  readonly fused: boolean
  /** The ROMs have signatures, of chips with a self-test (docs/self-test.md). */
  readonly selfTest?: true
}

/** Registers in the order in which they shorten the longest path most. */
const stagesByUse: readonly LUnitStage[] = [
  'scale-round',
  'rom',
  'tree',
  'add-align',
  'scale-multiply',
  'correction',
  'add-sum',
  'scale-normalise',
  'products',
  'add-normalise',
]

/**
 * The pipeline with `depth` registers beside the accumulators, 0 to 10.
 *
 * @throws InputError for another depth
 */
export function pipelineOfDepth(depth: number): readonly LUnitStage[] {
  if (!Number.isInteger(depth) || depth < 0 || depth > stagesByUse.length) {
    throw new InputError(`${depth} is no pipeline depth`, { field: 'pipeline' }, '0 to 10')
  }
  const chosen = new Set(stagesByUse.slice(0, depth))
  return lUnitStages.filter((stage) => chosen.has(stage))
}

/**
 * Parameters with their defaults: INT4, groups of 64, 16 lanes, 12-bit mantissas, zero-points, no offsets, six
 * registers, B-ROM with blocks of four, products by digits, fused. A ternary L-Unit has no zero-points, selects its products,
 * and has no register after the product of zero-point and sum.
 *
 * @throws InputError for values that cannot be built
 */
export function lUnitParameters(given: Partial<LUnitParameters> = {}): LUnitParameters {
  const isTernary = given.bits === 'ternary'
  const chosen: LUnitParameters = {
    bits: 4,
    group: 64,
    lanes: 16,
    mantissaBits: 12,
    offsets: false,
    zeroPoints: !isTernary,
    pipeline: pipelineOfDepth(6),
    rom: { kind: 'brom', block: 4 },
    products: isTernary ? 'select' : 'digits',
    fused: true,
    ...given,
  }
  const parameters = isTernary
    ? { ...chosen, pipeline: chosen.pipeline.filter((stage) => stage !== 'correction') }
    : chosen
  checkParameters(parameters)
  return parameters
}

function checkParameters(parameters: LUnitParameters): void {
  const { bits, group, lanes, mantissaBits, zeroPoints, offsets, products } = parameters
  const fail = (field: string, value: number | string | boolean, hint: string) => {
    throw new InputError(`${value} is not possible`, { field }, hint)
  }
  if (!codeBitsChoices.includes(bits)) fail('bits', bits, codeBitsChoices.join(', '))
  if (![32, 64, 128].includes(group)) fail('group', group, '32, 64 or 128')
  if (!Number.isInteger(lanes) || lanes < 1 || group % lanes !== 0) {
    fail('lanes', lanes, `a divisor of the group, ${group}`)
  }
  if (!Number.isInteger(mantissaBits) || mantissaBits < 10 || mantissaBits > 16) {
    fail('mantissaBits', mantissaBits, '10 to 16')
  }
  if (!zeroPoints && (offsets || products === 'multiply')) {
    fail('zeroPoints', zeroPoints, 'no offsets and no products by multiplication')
  }
  const isTernary = bits === 'ternary'
  if ((products === 'select') !== isTernary) {
    fail('products', products, isTernary ? 'select' : 'digits or multiply')
  }
  if (isTernary && zeroPoints) fail('zeroPoints', zeroPoints, 'none with ternary codes')
}

export function hasStage({ pipeline }: LUnitParameters, stage: LUnitStage): boolean {
  return pipeline.includes(stage)
}

/** Registers within the scaling to binary32. */
export function scaleRegisters(parameters: LUnitParameters): readonly ScaleToFloatStage[] {
  return (['multiply', 'normalise', 'round'] as const).filter((stage) =>
    hasStage(parameters, `scale-${stage}`),
  )
}

/** Registers within the binary32 addition. */
export function addRegisters(parameters: LUnitParameters): readonly FloatAddStage[] {
  return (['align', 'sum', 'normalise'] as const).filter((stage) =>
    hasStage(parameters, `add-${stage}`),
  )
}

/** Whether an L-Unit needs the sums of its activations. */
export function needsSums({ zeroPoints, offsets }: LUnitParameters): boolean {
  return zeroPoints || offsets
}

/**
 * For module names: `b4_g64_l16_m12_p0f3`, `ternary_g64...`, the pipeline as a bit mask of {@link lUnitStages}, `_offset` with
 * offsets, `_symmetric` without zero-points, `_mul` for products by `*`, `_st` with a self-test.
 */
export function parametersName(parameters: LUnitParameters): string {
  const { bits, group, lanes, mantissaBits } = parameters
  const mask = lUnitStages.reduce(
    (sum, stage, i) => sum + (hasStage(parameters, stage) ? 2 ** i : 0),
    0,
  )
  const offset = parameters.offsets ? '_offset' : ''
  const codes = bits === 'ternary' ? bits : `b${bits}`
  const symmetric = parameters.zeroPoints || bits === 'ternary' ? '' : '_symmetric'
  const multiplier = parameters.products === 'multiply' ? '_mul' : ''
  const selfTest = parameters.selfTest ? '_st' : ''
  return `${codes}_g${group}_l${lanes}_m${mantissaBits}_p${mask.toString(16).padStart(3, '0')}${offset}${symmetric}${multiplier}${selfTest}`
}

/** For the header comment of a module and the manifest. */
export function describeParameters(parameters: LUnitParameters) {
  const { bits, group, lanes, mantissaBits, offsets, zeroPoints } = parameters
  const { pipeline, rom, products, fused } = parameters
  return {
    bits,
    group,
    lanes,
    mantissaBits,
    ...(offsets ? { offsets } : {}),
    ...(zeroPoints || bits === 'ternary' ? {} : { zeroPoints }),
    pipeline: pipeline.join(' '),
    rom: printRomPolicy(rom),
    products,
    fused,
  }
}
