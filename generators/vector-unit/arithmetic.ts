import type { ModuleBuilder, UInt } from '../../src/hdl/index.js'
import { type FloatAddStage, floatAdder } from '../float/float-adder.js'
import { binary32 } from '../float/float-format.js'
import { type FloatMultiplyStage, floatMultiplier } from '../float/float-multiplier.js'
import { type PiecewiseQuadraticStage, piecewiseQuadraticStages } from '../float/index.js'
import type { ScaleToFloatStage } from '../float/scale-to-float.js'

const addStages: readonly FloatAddStage[] = ['align', 'sum']
const multiplyStages: readonly FloatMultiplyStage[] = ['multiply']
/** As many as an addition has, so that an embedding beat takes as long as a residual one. */
export const dequantiseStages: readonly ScaleToFloatStage[] = ['multiply', 'normalise']
export const tableStages: readonly PiecewiseQuadraticStage[] = piecewiseQuadraticStages

/** Clock edges of an operation. */
export const latencies = {
  add: addStages.length,
  multiply: multiplyStages.length,
  table: tableStages.length,
} as const

/** `a + b` in an adder of its own, `u_name`. */
export function sumOf(m: ModuleBuilder, name: string, a: UInt, b: UInt): UInt {
  return m.instance(`u_${name}`, floatAdder(binary32, addStages), { a_i: a, b_i: b }).sum_o
}

/** `a * b` in a multiplier of its own, `u_name`. */
export function productOf(m: ModuleBuilder, name: string, a: UInt, b: UInt): UInt {
  const multiplier = floatMultiplier(binary32, multiplyStages)
  return m.instance(`u_${name}`, multiplier, { a_i: a, b_i: b }).product_o
}

/** Bits of the binary32 number nearest to a value. */
export function binary32Bits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!
}
