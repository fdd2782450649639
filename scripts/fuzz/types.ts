import {
  Bool,
  bool,
  bundle,
  type HardwareType,
  SInt,
  sint,
  UInt,
  uint,
  vec,
} from '../../src/hdl/index.js'
import type { ScalarRecipe, TypeRecipe } from './recipe.js'
import { lengthOf, widthOf } from './recipe-refs.js'

/** A scalar of the circuit. */
export type Scalar = Bool | UInt | SInt

export function hardwareType(recipe: TypeRecipe): HardwareType {
  switch (recipe.kind) {
    case 'bool':
      return bool
    case 'uint':
      return uint(widthOf(recipe))
    case 'sint':
      return sint(widthOf(recipe))
    case 'vec':
      return vec(hardwareType(recipe.element), lengthOf(recipe))
    case 'bundle':
      return bundle(
        Object.fromEntries(recipe.fields.map((field, i) => [fieldName(i), hardwareType(field)])),
      )
  }
}

function fieldName(position: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + (position % 26)).repeat(
    1 + Math.floor(position / 26),
  )
}

/** The scalars of a value of a type, in the order of the type's leaves. */
export function scalarsOf(recipe: TypeRecipe, value: unknown): readonly Scalar[] {
  switch (recipe.kind) {
    case 'vec':
      return [...(value as Iterable<unknown>)].flatMap((element) =>
        scalarsOf(recipe.element, element),
      )
    case 'bundle':
      return recipe.fields.flatMap((field, i) =>
        scalarsOf(field, (value as Record<string, unknown>)[fieldName(i)]),
      )
    default:
      return [value as Scalar]
  }
}

/** What can be assigned to a signal of a type; takes one entry of `leaves` for each leaf. */
export function composed(recipe: TypeRecipe, leaves: unknown[]): unknown {
  switch (recipe.kind) {
    case 'vec':
      return Array.from({ length: lengthOf(recipe) }, () => composed(recipe.element, leaves))
    case 'bundle':
      return Object.fromEntries(
        recipe.fields.map((field, i) => [fieldName(i), composed(field, leaves)]),
      )
    default:
      return leaves.shift()
  }
}

/** The number that a bit pattern stands for, modulo the width of the type. */
export function numberOf(recipe: ScalarRecipe, pattern: string): bigint | boolean {
  const value = BigInt(`0x${pattern === '' ? '0' : pattern}`)
  const width = widthOf(recipe)
  if (recipe.kind === 'bool') return (value & 1n) === 1n
  return recipe.kind === 'sint' ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value)
}

/** Brings a value to a type, by its bits. */
export function converted(value: Scalar, recipe: ScalarRecipe): Scalar {
  if (recipe.kind === 'bool') return asBool(value)
  return recipe.kind === 'uint' ? asUInt(value, widthOf(recipe)) : asSInt(value, widthOf(recipe))
}

export function asBool(value: Scalar): Bool {
  if (value instanceof Bool) return value
  return value instanceof UInt ? value.asBool() : value.isNegative()
}

export function asUInt(value: Scalar, width?: number): UInt {
  const unsigned =
    value instanceof Bool ? value.asUInt() : value instanceof SInt ? value.asUnsigned() : value
  return resized(unsigned, width) as UInt
}

export function asSInt(value: Scalar, width?: number): SInt {
  return resized(value instanceof SInt ? value : asUInt(value).asSigned(), width) as SInt
}

function resized(value: UInt | SInt, width: number | undefined): UInt | SInt {
  if (width === undefined || width === value.width) return value
  return width > value.width ? value.extend(width) : value.truncate(width)
}
