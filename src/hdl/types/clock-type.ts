import type { ExpressionNode } from '../ir/expression.js'
import { Clock, Reset, type ResetStyle } from '../signals/clock.js'
import { ScalarType } from './scalar-type.js'

/** Clocks; registers take their rising edge. */
export class ClockType extends ScalarType<Clock> {
  static readonly instance = new ClockType()
  override readonly signed = false
  override readonly width = 1

  protected override wrap(node: ExpressionNode): Clock {
    return new Clock(node)
  }
}

/** The type of clock ports: `input logic clk_i`. */
export const clock: ClockType = ClockType.instance

/** Resets of one style. */
export class ResetType extends ScalarType<Reset> {
  override readonly signed = false
  override readonly width = 1

  constructor(readonly style: ResetStyle) {
    super()
  }

  protected override wrap(node: ExpressionNode): Reset {
    return new Reset(node, this.style)
  }
}

/** The type of reset ports, asynchronous and active-low unless stated: `input logic rst_ni`. */
export function reset(style: Partial<ResetStyle> = {}): ResetType {
  return new ResetType({ style: 'async', activeLow: true, ...style })
}
