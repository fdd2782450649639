import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import { Vec } from '../signals/vec.js'
import { type ComposeVisitor, HardwareType, type Leaf } from './hardware-type.js'

/** `N` elements of one type. */
export class VecType<
  T extends HardwareType = HardwareType,
  N extends number = number,
> extends HardwareType<Vec<T['signal']>> {
  constructor(
    readonly element: T,
    readonly length: N,
  ) {
    super()
    if (!Number.isInteger(length) || length < 1) {
      reportHere('OUT_OF_RANGE', `a vector of ${length} elements`)
    }
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
    const elements: readonly unknown[] =
      value instanceof Vec ? value.elements : Array.isArray(value) ? value : []
    if (elements.length !== this.length) {
      reportHere('WIDTH', `${this.length} elements are expected, ${elements.length} are given`)
      return this.nodesOf(Array.from({ length: this.length }, () => zeroOf(this.element)))
    }
    return elements.flatMap((element) => this.element.nodesOf(element))
  }
}

/** A value that `type.nodesOf` takes as all zeros. */
function zeroOf(type: HardwareType): unknown {
  if (type instanceof VecType)
    return Array.from({ length: type.length }, () => zeroOf(type.element))
  if ('fields' in type) {
    const fields = type.fields as Readonly<Record<string, HardwareType>>
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, zeroOf(field)]))
  }
  return 0
}

/**
 * The type of `length` elements: a flat `logic [length*width-1:0]` at a port, one signal an element
 * elsewhere.
 */
export function vec<T extends HardwareType, N extends number>(
  element: T,
  length: N,
): VecType<T, N> {
  return new VecType(element, length)
}
