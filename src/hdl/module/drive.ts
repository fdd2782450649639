import { withSubject } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import type { SignalNode } from '../ir/module-node.js'
import type { HardwareType } from '../types/hardware-type.js'
import { leafName } from './names.js'

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
        const own = targets.slice(start, start + leaves.length)
        const [first] = own
        if (first === undefined) return
        const subject = { name: nameOfPart(first.name, part), place: first.place }
        const values = withSubject(subject, () => part.nodesOf(given))
        for (const [i, target] of own.entries()) drive(target, values[i]!)
      },
    })
  })
}

/** The name of a composite: what is left of its first leaf's name without the path in it. */
function nameOfPart(leaf: string, part: HardwareType): string {
  const path = leafName('', part.leaves[0]!.path)
  return path !== '' && leaf.endsWith(path) ? leaf.slice(0, -path.length) : leaf
}
