import type { ExpressionNode } from '../ir/expression.js'
import type { HardwareType } from '../types/hardware-type.js'

/** A scalar value of the circuit: a pure expression over signals and constants. */
export abstract class Signal {
  constructor(readonly node: ExpressionNode) {}

  /** The type of the value, which is also how wires, registers and ports of it are declared. */
  abstract get type(): HardwareType
}
