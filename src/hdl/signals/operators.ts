import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import type { OperandCheck } from '../types/assignable.js'
import { type BundleFields, BundleType } from '../types/bundle-type.js'
import type { HardwareType } from '../types/hardware-type.js'
import { typeOf } from '../types/type-of.js'
import { VecType } from '../types/vec-type.js'
import type { Total } from '../types/width-arithmetic.js'
import type { Bool } from './bool.js'
import {
  cast,
  concat,
  condition as conditionNode,
  constant,
  mux as muxNode,
  resized,
  slice,
  widestNet,
} from './nodes.js'
import { Signal } from './signal.js'
import { UInt } from './uint.js'

/**
 * One of two values of the same type: `condition ? whenTrue : whenFalse`. Bundles and vectors are chosen
 * leaf by leaf; `whenFalse` may be a plain number.
 */
export function mux<S, const V>(
  condition: Bool,
  whenTrue: S,
  whenFalse: V & OperandCheck<V, S>,
): S {
  const type = typeOf(whenTrue)
  if (type === undefined) {
    reportHere('TYPE', 'the first value of a mux is no signal')
    return whenTrue
  }
  const chooser = conditionNode(condition)
  const left = type.nodesOf(whenTrue)
  const right = type.nodesOf(whenFalse)
  return type.compose(left.map((node, i) => muxNode(chooser, node, right[i]!))) as S
}

type WidthsOf<T extends readonly unknown[]> = {
  [K in keyof T]: T[K] extends { readonly width: infer W extends number } ? W : 1
}

/** All bits of the parts, the first part most significant: `{a, b, c}`. */
export function cat<const T extends readonly Signal[]>(
  ...parts: T
): UInt<WidthsOf<T> extends readonly number[] ? Total<WidthsOf<T>> : number> {
  return new UInt(concat(parts.map(bitsOf)))
}

/** A value's bits `count` times side by side: `{4{a}}`. */
export function repeat(value: Signal, count: number): UInt {
  const node = bitsOf(value)
  if (Number.isInteger(count) && count >= 1 && count * node.width <= widestNet) {
    return new UInt(concat(Array.from({ length: count }, () => node)))
  }
  reportHere('OUT_OF_RANGE', `${count} times ${node.width} bits; the widest value is ${widestNet}`)
  return new UInt(cast(node, false))
}

/**
 * All bits of a value: a bundle's first field is the most significant, a vector's element 0 the least,
 * as in packed structures and arrays of SystemVerilog.
 */
export function pack(value: unknown): UInt {
  const type = typeOf(value)
  if (type === undefined) {
    reportHere('TYPE', 'only signals, vectors and bundles have bits')
    return new UInt(constant(0, 1, false))
  }
  const parts = packedLeaves(type, [...type.nodesOf(value)])
  return new UInt(parts.length === 1 ? cast(parts[0]!, false) : concat(parts))
}

/** The value of type T whose bits are given; the inverse of {@link pack}. Reports an unequal width. */
export function unpack<T extends HardwareType>(type: T, bits: UInt): T['signal'] {
  let node = bitsOf(bits)
  if (node.width !== type.width) {
    reportHere('WIDTH', `${type.width} bits are expected, ${node.width} are given`, [
      { role: 'value', place: node.place },
    ])
    node = resized(node, type.width, false)
  }
  let top = type.width
  const order = packedLeaves(
    type,
    type.leaves.map((leaf, position) => ({ ...leaf, position })),
  )
  const leaves: ExpressionNode[] = []
  for (const { position, width, signed } of order) {
    const leaf = width === type.width ? node : slice(node, top - 1, top - width)
    leaves[position] = cast(leaf, signed)
    top -= width
  }
  return type.compose(leaves)
}

/** The node of a signal whose bits are taken; reports anything else. */
function bitsOf(value: unknown): ExpressionNode {
  if (value instanceof Signal) return value.node
  reportHere('TYPE', 'a part of a concatenation is no signal; give constants by their type')
  return constant(0, 1, false)
}

/** Leaves in order of significance, most significant first; consumes `leaves`. */
function packedLeaves<L>(type: HardwareType, leaves: L[]): L[] {
  if (type instanceof VecType) {
    const elements = Array.from({ length: type.length }, () => packedLeaves(type.element, leaves))
    return elements.reverse().flat()
  }
  if (type instanceof BundleType) {
    return Object.values(type.fields as BundleFields).flatMap((field) =>
      packedLeaves(field, leaves),
    )
  }
  return leaves.splice(0, 1)
}
