import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
import { constant } from '../signals/nodes.js'
import { Signal } from '../signals/signal.js'
import { Vec } from '../signals/vec.js'
import { type ComposeVisitor, HardwareType, type Leaf } from './hardware-type.js'

/** Fields of a bundle, by name. */
export type BundleFields = Readonly<Record<string, HardwareType>>

/** A bundle's signals, by field name. */
export type BundleSignal<F extends BundleFields> = { readonly [K in keyof F]: F[K]['signal'] }

const typesOfBundles = new WeakMap<object, BundleType>()

const reservedFields: ReadonlySet<string> = new Set(['assign', 'next'])

/** Named fields; the first field is the most significant when the bundle is taken as bits. */
export class BundleType<F extends BundleFields = BundleFields> extends HardwareType<
  BundleSignal<F>
> {
  readonly fields: F

  constructor(fields: F) {
    super()
    for (const name of Object.keys(fields)) {
      if (reservedFields.has(name)) reportHere('NAME_CLASH', `a bundle field named ${name}`)
    }
    this.fields = Object.freeze({ ...fields })
  }

  /** The type of a bundle's signals; undefined when the value is no bundle. */
  static of(value: unknown): BundleType | undefined {
    return typeof value === 'object' && value !== null ? typesOfBundles.get(value) : undefined
  }

  override get width(): number {
    return Object.values(this.fields).reduce((sum, field) => sum + field.width, 0)
  }

  override get leaves(): readonly Leaf[] {
    return Object.entries(this.fields).flatMap(([name, field]) =>
      field.leaves.map((leaf) => ({ ...leaf, path: [name, ...leaf.path] })),
    )
  }

  override compose(leaves: readonly ExpressionNode[], visit?: ComposeVisitor): BundleSignal<F> {
    const value: Record<string, unknown> = {}
    let start = 0
    for (const [name, field] of Object.entries(this.fields)) {
      const size = field.leaves.length
      value[name] = field.compose(leaves.slice(start, start + size), visit)
      start += size
    }
    typesOfBundles.set(value, this)
    visit?.(value, this, leaves)
    return value as BundleSignal<F>
  }

  override nodesOf(value: unknown): readonly ExpressionNode[] {
    const given = fieldsOf(value)
    if (given === undefined) {
      reportHere('TYPE', `fields ${Object.keys(this.fields).join(', ')} are expected`)
    } else {
      const strange = Object.keys(given).find((name) => !Object.hasOwn(this.fields, name))
      if (strange !== undefined) reportHere('TYPE', `the bundle has no field ${strange}`)
    }
    return Object.entries(this.fields).flatMap(([name, field]) => {
      if (given !== undefined && Object.hasOwn(given, name)) return field.nodesOf(given[name])
      if (given !== undefined) reportHere('TYPE', `the field ${name} is missing`)
      return field.leaves.map(({ width, signed }) => constant(0, width, signed))
    })
  }
}

/** The fields of a bundle or plain object; undefined for anything else. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isComposite = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isComposite || value instanceof Signal || value instanceof Vec) return undefined
  return value as Readonly<Record<string, unknown>>
}

/** The type of named fields: one signal a field, `cmd_addr`, `cmd_data`. */
export function bundle<F extends BundleFields>(fields: F): BundleType<F> {
  return new BundleType(fields)
}
