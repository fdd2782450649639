import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import type { SignalRole } from '../ir/module-node.js'
import { Clock, Reset, type ResetStyle } from '../signals/clock.js'
import { ScalarType } from './scalar-type.js'

/** Clocks; registers take their rising edge. */
export class ClockType extends ScalarType<Clock> {
  static readonly instance = new ClockType()
  override readonly signed = false
  override readonly width = 1

  override get role(): SignalRole {
    return 'clock'
  }

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

  override get role(): SignalRole {
    return 'reset'
  }

  /** Reports a reset of another style, too. */
  override nodesOf(value: unknown): readonly ExpressionNode[] {
    const wanted = styleName(this.style)
    if (value instanceof Reset && styleName(value.style) !== wanted) {
      reportHere('NO_CLOCK', `${wanted} is expected, ${styleName(value.style)} is given`, [
        { role: 'reset', place: value.node.place },
      ])
    }
    return super.nodesOf(value)
  }

  protected override wrap(node: ExpressionNode): Reset {
    return new Reset(node, this.style)
  }
}

function styleName({ style, activeLow }: ResetStyle): string {
  return `${style === 'async' ? 'an asynchronous' : 'a synchronous'} active-${activeLow ? 'low' : 'high'} reset`
}

/** The type of reset ports, asynchronous and active-low unless stated: `input logic rst_ni`. */
export function reset(style: Partial<ResetStyle> = {}): ResetType {
  return new ResetType({ style: 'async', activeLow: true, ...style })
}
