import { type Bool, type UInt, uint } from '../../src/hdl/index.js'

/** Vector sweeps, by their number at `op_i`. */
export const vectorSweeps = [
  'embed',
  'residual',
  'query',
  'key',
  'value',
  'swiglu',
  'head',
] as const

export type VectorSweep = (typeof vectorSweeps)[number]

export const sweepType = uint(3)

export function isSweep(operation: UInt, ...sweeps: readonly VectorSweep[]): Bool {
  return sweeps.map((sweep) => operation.eq(vectorSweeps.indexOf(sweep))).reduce((a, b) => a.or(b))
}
