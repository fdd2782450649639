import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import type { SignalRole } from '../ir/module-node.js'
import { operand, resized, typeName } from '../signals/nodes.js'
import type { Signal } from '../signals/signal.js'
import { type ComposeVisitor, HardwareType, type Leaf } from './hardware-type.js'

/** A type of one leaf. */
export abstract class ScalarType<S extends Signal> extends HardwareType<S> {
  abstract readonly signed: boolean

  protected abstract wrap(node: ExpressionNode): S

  /** What signals of the type are for. */
  get role(): SignalRole {
    return 'data'
  }

  override get leaves(): readonly Leaf[] {
    const { width, signed, role } = this
    return [{ path: [], width, signed, role }]
  }

  override compose(leaves: readonly ExpressionNode[], visit?: ComposeVisitor): S {
    const value = this.wrap(leaves[0]!)
    visit?.(value, this, leaves)
    return value
  }

  override nodesOf(value: unknown): readonly ExpressionNode[] {
    const { width, signed } = this
    const node = operand(value, width, signed)
    if (node.signed === signed && node.width === width) return [node]
    const code = node.width === width ? 'SIGN' : 'WIDTH'
    reportHere(code, `${typeName(this)} is expected, ${typeName(node)} is given`, [
      { role: 'value', place: node.place },
    ])
    return [resized(node, width, signed)]
  }
}
