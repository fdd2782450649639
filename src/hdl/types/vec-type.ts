import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import { constant } from '../signals/nodes.js'
import { Vec } from '../signals/vec.js'
import { type ComposeVisitor, HardwareType, type Leaf, mostLeaves } from './hardware-type.js'

/** `N` elements of one type. */
export class VecType<
  T extends HardwareType = HardwareType,
  N extends number = number,
> extends HardwareType<Vec<T['signal']>> {
  readonly length: N

  constructor(
    readonly element: T,
    length: N,
  ) {
    super()
    const isPossible = Number.isInteger(length) && length >= 1
    this.length = isPossible && length * element.leaves.length <= mostLeaves ? length : (1 as N)
    if (length === this.length) return
    reportHere(
      'OUT_OF_RANGE',
      `a vector of ${length} elements; 1 to ${mostLeaves} scalars are possible`,
    )
  }

  override get width(): number {
    return this.element.width * this.length
  }

  override get leaves(): readonly Leaf[] {
    const inner = this.element.leaves
    return Array.from({ length: this.length }, (_, i) =>
      inner.map((leaf) => ({ ...leaf, path: [String(i), ...leaf.path] })),
    ).flat()
  }

  override compose(leaves: readonly ExpressionNode[], visit?: ComposeVisitor): Vec<T['signal']> {
    const size = leaves.length / this.length
    const elements = Array.from({ length: this.length }, (_, i) =>
      this.element.compose(leaves.slice(i * size, (i + 1) * size), visit),
    )
    const value = new Vec<T['signal']>(this, elements)
    visit?.(value, this, leaves)
    return value
  }

  override nodesOf(value: unknown): readonly ExpressionNode[] {
    const elements = value instanceof Vec ? value.elements : value
    if (!Array.isArray(elements) || elements.length !== this.length) {
      const given = Array.isArray(elements) ? `${elements.length} are given` : 'none are given'
      reportHere('TYPE', `${this.length} elements are expected, ${given}`)
      return this.leaves.map(({ width, signed }) => constant(0, width, signed))
    }
    return elements.flatMap((element) => this.element.nodesOf(element))
  }
}

/**
 * The type of `length` elements: one signal an element, and at a port a flat one, `logic [31:0]` for
 * four elements of 8 bits.
 */
export function vec<T extends HardwareType, N extends number>(
  element: T,
  length: N,
): VecType<T, N> {
  return new VecType(element, length)
}
