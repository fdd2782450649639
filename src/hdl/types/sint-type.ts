import type { ExpressionNode } from '../ir/expression.js'
import { checkedWidth } from '../signals/nodes.js'
import { SInt } from '../signals/sint.js'
import { ScalarType } from './scalar-type.js'

/** Two's-complement numbers of `W` bits. */
export class SIntType<W extends number = number> extends ScalarType<SInt<W>> {
  override readonly signed = true
  override readonly width: W

  constructor(width: W) {
    super()
    this.width = checkedWidth(width) as W
  }

  protected override wrap(node: ExpressionNode): SInt<W> {
    return new SInt<W>(node)
  }
}

/** The type of two's-complement numbers of `width` bits, 1..65,536; of 8, `logic signed [7:0]`. */
export function sint<W extends number>(width: W): SIntType<W> {
  return new SIntType(width)
}
