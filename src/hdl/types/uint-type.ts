import type { ExpressionNode } from '../ir/expression.js'
import { checkedWidth } from '../signals/nodes.js'
import { UInt } from '../signals/uint.js'
import { ScalarType } from './scalar-type.js'

/** Unsigned numbers of `W` bits. */
export class UIntType<W extends number = number> extends ScalarType<UInt<W>> {
  override readonly signed = false
  override readonly width: W

  constructor(width: W) {
    super()
    this.width = checkedWidth(width) as W
  }

  protected override wrap(node: ExpressionNode): UInt<W> {
    return new UInt<W>(node)
  }
}

/** The type of unsigned numbers of `width` bits, 1..65,536; of 8, `logic [7:0]`. */
export function uint<W extends number>(width: W): UIntType<W> {
  return new UIntType(width)
}
