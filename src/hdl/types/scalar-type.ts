import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import { constant, typeName } from '../signals/nodes.js'
import { Signal } from '../signals/signal.js'
import { type ComposeVisitor, HardwareType, type Leaf } from './hardware-type.js'

/** A type of one leaf. */
export abstract class ScalarType<S extends Signal> extends HardwareType<S> {
  abstract readonly signed: boolean

  protected abstract wrap(node: ExpressionNode): S

  override get leaves(): readonly Leaf[] {
    return [{ path: [], width: this.width, signed: this.signed }]
  }

  override compose(leaves: readonly ExpressionNode[], visit?: ComposeVisitor): S {
    const value = this.wrap(leaves[0]!)
    visit?.(value, this, leaves)
    return value
  }

  override nodesOf(value: unknown): readonly ExpressionNode[] {
    if (typeof value === 'boolean' && this.width === 1 && !this.signed) {
      return [constant(value ? 1 : 0, 1, false)]
    }
    if (typeof value === 'number' || typeof value === 'bigint') {
      return [constant(value, this.width, this.signed)]
    }
    if (!(value instanceof Signal)) {
      reportHere('WIDTH', `${typeName(this)} is expected, and the value is no scalar`)
      return [constant(0, this.width, this.signed)]
    }
    const { node } = value
    if (node.signed === this.signed && node.width === this.width) return [node]
    const code = node.width === this.width ? 'SIGN' : 'WIDTH'
    reportHere(code, `${typeName(this)} is expected, ${typeName(node)} is given`, [
      { role: 'value', place: node.place },
    ])
    return [constant(0, this.width, this.signed)]
  }
}
