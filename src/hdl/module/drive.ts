import type { ExpressionNode } from '../ir/expression.js'
import type { SignalNode } from '../ir/module-node.js'
import type { HardwareType } from '../types/hardware-type.js'

/**
 * A value of `type` that reads `nodes`, and whose method (`assign` or `next`) drives `targets`, one a leaf;
 * every part of a vector or bundle gets the method for its own leaves.
 */
export function bindDriver(
  type: HardwareType,
  nodes: readonly ExpressionNode[],
  targets: readonly SignalNode[],
  method: 'assign' | 'next',
  drive: (target: SignalNode, value: ExpressionNode) => void,
): unknown {
  let first = 0
  return type.compose(nodes, (value, part, leaves) => {
    const isScalar = part.leaves.length === 1 && part.leaves[0]!.path.length === 0
    const start = isScalar ? first++ : first - leaves.length
    Object.defineProperty(value, method, {
      value: (given: unknown) => {
        const values = part.nodesOf(given)
        for (const [i, target] of targets.slice(start, start + leaves.length).entries()) {
          drive(target, values[i]!)
        }
      },
    })
  })
}
