import { reportHere } from '../diagnostics/diagnostic.js'
import type { ExpressionNode } from '../ir/expression.js'
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
    const given = (typeof value === 'object' && value !== null ? value : {}) as Record<
      string,
      unknown
    >
    for (const name of Object.keys(given)) {
      if (!(name in this.fields) && !reservedFields.has(name)) {
        reportHere('NAME_CLASH', `the bundle has no field ${name}`)
      }
    }
    return Object.entries(this.fields).flatMap(([name, field]) => {
      if (!(name in given)) reportHere('WIDTH', `the field ${name} is missing`)
      return field.nodesOf(given[name] ?? 0)
    })
  }
}

/** The type of named fields: one signal a field, `cmd_addr`, `cmd_data`. */
export function bundle<F extends BundleFields>(fields: F): BundleType<F> {
  return new BundleType(fields)
}
