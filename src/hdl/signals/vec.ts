import { reportHere } from '../diagnostics/diagnostic.js'
import type { HardwareType } from '../types/hardware-type.js'
import type { VecType } from '../types/vec-type.js'
import { cast, concat, index } from './nodes.js'
import type { UInt } from './uint.js'

/** Elements of one type; `E` is the class of the elements of a wire or register, which are assignable. */
export class Vec<S = unknown, E extends S = S> implements Iterable<E> {
  constructor(
    readonly type: VecType,
    readonly elements: readonly E[],
  ) {}

  get length(): number {
    return this.elements.length
  }

  /** The element at a fixed position. */
  at(position: number): E {
    const element = this.elements[position]
    if (element !== undefined) return element
    reportHere('OUT_OF_RANGE', `element ${position} of ${this.length}`)
    return this.elements[0]!
  }

  /**
   * The element at a variable position of `ceil(log2(length))` bits; beyond the end zero:
   * `vec[{position, 3'd0} +: 8]`.
   */
  select(position: UInt): S {
    const element: HardwareType = this.type.element
    const byElement = this.elements.map((value) => element.nodesOf(value))
    return element.compose(
      element.leaves.map((leaf, i) => {
        const flat = concat(byElement.map((leaves) => leaves[i]!).reverse())
        return cast(index(flat, position, leaf.width), leaf.signed)
      }),
    ) as S
  }

  map<R>(transform: (element: E, position: number) => R): R[] {
    return this.elements.map(transform)
  }

  [Symbol.iterator](): Iterator<E> {
    return this.elements[Symbol.iterator]()
  }
}
