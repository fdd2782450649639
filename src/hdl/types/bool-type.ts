import type { ExpressionNode } from '../ir/expression.js'
import { Bool } from '../signals/bool.js'
import { ScalarType } from './scalar-type.js'

/** Truth values, one bit. */
export class BoolType extends ScalarType<Bool> {
  static readonly instance = new BoolType()
  override readonly signed = false
  override readonly width = 1

  protected override wrap(node: ExpressionNode): Bool {
    return new Bool(node)
  }
}

/** The type of truth values: `logic`. */
export const bool: BoolType = BoolType.instance
