import type { ExpressionNode } from '../ir/expression.js'
import { ClockType, ResetType } from '../types/clock-type.js'
import { Signal } from './signal.js'

/** A clock; no value to compute with. */
export class Clock extends Signal {
  declare protected readonly brand: 'clock'

  override get type(): ClockType {
    return ClockType.instance
  }
}

export interface ResetStyle {
  /** `async`: in the sensitivity list of `always_ff`; `sync`: sampled at the clock edge. */
  readonly style: 'async' | 'sync'
  readonly activeLow: boolean
}

/** A reset; no value to compute with. */
export class Reset extends Signal {
  declare protected readonly brand: 'reset'

  constructor(
    node: ExpressionNode,
    readonly style: ResetStyle,
  ) {
    super(node)
  }

  override get type(): ResetType {
    return new ResetType(this.style)
  }
}
