import type { ExpressionNode } from '../ir/expression.js'
import type { SignalNode } from '../ir/module-node.js'
import type { ModuleDrivers } from './drivers.js'

/**
 * Whether an expression is zero whatever the inputs and registers of its module hold, as far as constants,
 * wires and the operators of conditions and masks tell.
 */
export function isConstantZero(node: ExpressionNode, { drivers }: ModuleDrivers): boolean {
  const visited = new Set<SignalNode>()
  const isZero = (inner: ExpressionNode): boolean => {
    switch (inner.kind) {
      case 'const':
        return inner.value === 0n
      case 'ref': {
        const driver = inner.signal.kind === 'wire' ? drivers.get(inner.signal) : undefined
        if (driver === undefined || visited.has(inner.signal)) return false
        visited.add(inner.signal)
        const result = isZero(driver.value)
        visited.delete(inner.signal)
        return result
      }
      case 'binary':
        if (inner.op === 'and') return isZero(inner.a) || isZero(inner.b)
        return inner.op === 'or' && isZero(inner.a) && isZero(inner.b)
      case 'concat':
        return inner.parts.every(isZero)
      case 'mux':
        return isZero(inner.whenTrue) && isZero(inner.whenFalse)
      case 'slice':
      case 'truncate':
      case 'extend':
      case 'cast':
        return isZero(inner.a)
      default:
        return false
    }
  }
  return isZero(node)
}
