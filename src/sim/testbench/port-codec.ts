import { portLeafName } from '../../hdl/module/names.js'
import type { Bool } from '../../hdl/signals/bool.js'
import type { SInt } from '../../hdl/signals/sint.js'
import type { UInt } from '../../hdl/signals/uint.js'
import type { Vec } from '../../hdl/signals/vec.js'
import { BoolType } from '../../hdl/types/bool-type.js'
import { BundleType } from '../../hdl/types/bundle-type.js'
import type { HardwareType } from '../../hdl/types/hardware-type.js'
import { ScalarType } from '../../hdl/types/scalar-type.js'
import { VecType } from '../../hdl/types/vec-type.js'

/**
 * A value of a port as a test writes it: a number or bigint for UInt and SInt, a boolean for Bool, an
 * array for a vector, an object for a bundle.
 */
export type PortValue =
  | number
  | bigint
  | boolean
  | ArrayLike<number>
  | readonly PortValue[]
  | { readonly [field: string]: PortValue }

/** What `peek` gives for a signal of type S. */
export type Peeked<S> = S extends UInt | SInt
  ? number
  : S extends Bool
    ? boolean
    : S extends Vec<infer E>
      ? Peeked<E>[]
      : { readonly [K in keyof S]: Peeked<S[K]> }

/** One flat port of the emitted module that carries a part of a typed port. */
export interface FlatPart {
  readonly name: string
  readonly width: number
}

/** The flat ports of a typed port, in leaf order; a vector of scalars is one of them. */
export function flatParts(name: string, type: HardwareType): FlatPart[] {
  if (type instanceof VecType && type.element instanceof ScalarType) {
    return [{ name, width: type.width }]
  }
  return type.leaves.map(({ path, width }) => ({ name: portLeafName(name, path), width }))
}

/**
 * Bit patterns for the flat ports of {@link flatParts}.
 *
 * @throws RangeError when a value does not fit, or is of another shape
 */
export function encode(type: HardwareType, value: PortValue): bigint[] {
  const leaves = leafValues(type, value)
  if (type instanceof VecType && type.element instanceof ScalarType) {
    const width = BigInt(type.element.width)
    return [leaves.reduceRight((bits, leaf) => (bits << width) | leaf, 0n)]
  }
  return leaves
}

/**
 * The value of the patterns of the flat ports.
 *
 * @throws RangeError for a scalar beyond 2^53: use `peekBits`
 */
export function decode(type: HardwareType, patterns: readonly bigint[]): unknown {
  if (type instanceof VecType && type.element instanceof ScalarType) {
    const { element } = type
    const width = BigInt(element.width)
    return Array.from({ length: type.length }, (_, i) =>
      decodeScalar(element, BigInt.asUintN(element.width, patterns[0]! >> (BigInt(i) * width))),
    )
  }
  return decodeLeaves(type, [...patterns])
}

function decodeLeaves(type: HardwareType, patterns: bigint[]): unknown {
  if (type instanceof VecType) {
    return Array.from({ length: type.length }, () => decodeLeaves(type.element, patterns))
  }
  if (type instanceof BundleType) {
    const fields = Object.entries(type.fields as Readonly<Record<string, HardwareType>>)
    return Object.fromEntries(fields.map(([name, field]) => [name, decodeLeaves(field, patterns)]))
  }
  return decodeScalar(type as ScalarType<never>, patterns.shift()!)
}

function decodeScalar(type: { width: number; signed: boolean }, pattern: bigint): number | boolean {
  if (type instanceof BoolType) return pattern === 1n
  const value = type.signed ? BigInt.asIntN(type.width, pattern) : pattern
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new RangeError(`${value} is beyond 2^53; use peekBits`)
}

function leafValues(type: HardwareType, value: PortValue): bigint[] {
  if (type instanceof VecType) {
    const elements = value as ArrayLike<PortValue>
    if (elements?.length !== type.length) {
      throw new RangeError(`${type.length} elements are expected, ${elements?.length} are given`)
    }
    return Array.from({ length: type.length }, (_, i) =>
      leafValues(type.element, elements[i]!),
    ).flat()
  }
  if (type instanceof BundleType) {
    const fields = Object.entries(type.fields as Readonly<Record<string, HardwareType>>)
    return fields.flatMap(([name, field]) => {
      const part = (value as Readonly<Record<string, PortValue>>)[name]
      if (part === undefined) throw new RangeError(`field ${name} is missing`)
      return leafValues(field, part)
    })
  }
  return [scalarPattern(type as ScalarType<never>, value)]
}

function scalarPattern(type: ScalarType<never>, value: PortValue): bigint {
  if (typeof value === 'boolean') value = value ? 1 : 0
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new RangeError(`a number is expected, ${typeof value} is given`)
  }
  const number = BigInt(value)
  const { width, signed } = type
  const low = signed ? -(1n << BigInt(width - 1)) : 0n
  const high = signed ? 1n << BigInt(width - 1) : 1n << BigInt(width)
  if (number < low || number >= high) {
    throw new RangeError(`${number} does not fit in ${signed ? 'sint' : 'uint'}(${width})`)
  }
  return BigInt.asUintN(width, number)
}
