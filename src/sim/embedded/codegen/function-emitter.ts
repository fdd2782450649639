import { storedBytes } from '../arena.js'
import type { ValueId } from '../graph/graph.js'
import type { StoredValue } from '../storage.js'
import type { FunctionWriter } from '../wasm/function-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import { type Form, isNonNegative, operandForm, wordBits } from './forms.js'
import type { ModuleContext } from './module-context.js'
import { emitNarrow } from './narrow-operators.js'
import { computeWide, selectWide } from './wide-operators.js'

/** Where a wide value lies: at `offset` from an address in a local, or at the address `offset`. */
export interface WideLocation {
  readonly base: number | undefined
  readonly offset: number
}

/** Emits values into one function: computes, keeps, loads and converts them. */
export class FunctionEmitter {
  readonly #locals = new Map<ValueId, { readonly local: number; readonly form: Form }>()
  /** Leaves and values of other functions that are worth a local here. */
  readonly #shared: ReadonlySet<ValueId>
  #conditional = false

  constructor(
    readonly context: ModuleContext,
    readonly writer: FunctionWriter,
    shared: ReadonlySet<ValueId>,
  ) {
    this.#shared = shared
  }

  width(value: ValueId): number {
    return this.context.graph.widths[value]!
  }

  operand(value: ValueId, position: number): ValueId {
    return this.context.graph.operands[value]![position]!
  }

  local64(): number {
    return this.writer.declareLocal(Type.i64)
  }

  local32(): number {
    return this.writer.declareLocal(Type.i32)
  }

  /** Emits code that may not run: nothing loaded inside is relied upon afterwards. */
  conditionally(body: () => void): void {
    const outer = this.#conditional
    this.#conditional = true
    body()
    this.#conditional = outer
  }

  /** Pushes a value of at most 64 bits in its own machine word. */
  value(value: ValueId, form: Form): void {
    const { graph, schedule } = this.context
    const width = this.width(value)
    const wanted = form === 'sign' && isNonNegative(graph, value) ? 'zero' : form
    const op = graph.ops[value]!
    if (op === 'const') {
      this.#constant(width, graph.constantOf(value)!, wanted)
    } else if (schedule.inlined[value] === 1 && this.context.plan.packs.packOf[value] === -1) {
      emitNarrow(this, value, wanted)
    } else {
      this.convert(width, this.#pushKept(value), wanted)
    }
  }

  /** Pushes operand `position` in the form that computing `value` in `form` needs. */
  operandValue(value: ValueId, position: number, form: Form): void {
    const wanted = operandForm(this.context.graph, value, form, position)
    this.value(this.operand(value, position), wanted)
  }

  /** Pushes a value of at most 64 bits, extended or cut to a machine word of 32 or 64 bits. */
  valueAs(value: ValueId, form: Form, bits: 32 | 64): void {
    this.value(value, form)
    const own = wordBits(this.width(value))
    if (own === 64 && bits === 32) this.writer.op(Op.i32WrapI64)
    if (own === 32 && bits === 64) {
      this.writer.op(form === 'sign' ? Op.i64ExtendI32S : Op.i64ExtendI32U)
    }
  }

  /** Computes a value and keeps it in a local, in memory, or both. */
  keep(value: ValueId, usedHere: boolean): void {
    if (this.width(value) > 64) {
      this.#keepWide(value, usedHere)
      return
    }
    const slot = this.context.slot(value)
    const form = this.context.forms.of(value)
    if (slot !== 0) this.writer.i32Const(0)
    emitNarrow(this, value, form)
    if (usedHere || slot === 0) {
      const local = this.#declare(value, form)
      if (slot === 0) this.writer.set(local)
      else this.writer.tee(local)
    }
    if (slot !== 0) this.store(this.width(value), storedBytes(this.width(value)), slot)
  }

  /** Where a wide value lies. */
  wide(value: ValueId): WideLocation {
    const address = this.context.leafAddress(value)
    if (address !== undefined) return { base: undefined, offset: address }
    if (!this.context.isPointer(value)) return { base: undefined, offset: this.context.slot(value) }
    const known = this.#locals.get(value)
    if (known !== undefined) return { base: known.local, offset: 0 }
    const local = this.local32()
    this.writer.i32Const(0)
    this.writer.access(Op.i32Load, this.context.slot(value))
    this.writer.set(local)
    if (!this.#conditional) this.#locals.set(value, { local, form: 'zero' })
    return { base: local, offset: 0 }
  }

  /** Pushes the address of a wide value. */
  wideAddress(value: ValueId): void {
    const { base, offset } = this.wide(value)
    if (base === undefined) this.writer.i32Const(offset)
    else this.writer.get(base)
  }

  /** Pushes what the offset of an access to a location is added to. */
  base({ base }: WideLocation): void {
    if (base === undefined) this.writer.i32Const(0)
    else this.writer.get(base)
  }

  /** Stores the machine word on the stack, of a value's width and above its base address, in some bytes. */
  store(width: number, bytes: number, address: number): void {
    const { writer } = this
    const word = width <= 32
    if (bytes === 1) writer.access(word ? Op.i32Store8 : Op.i64Store8, address)
    else if (bytes === 2) writer.access(word ? Op.i32Store16 : Op.i64Store16, address)
    else if (bytes === 4) writer.access(word ? Op.i32Store : Op.i64Store32, address)
    else {
      if (word) writer.op(Op.i64ExtendI32U)
      writer.access(Op.i64Store, address)
    }
  }

  /** Loads a stored value of at most 64 bits as a machine word of its width; its base is on the stack. */
  load(width: number, { address, bytes, form }: StoredValue): void {
    const { writer } = this
    const word = width <= 32
    const signed = form === 'sign'
    if (bytes === 1) {
      if (word) writer.access(signed ? Op.i32Load8S : Op.i32Load8U, address)
      else writer.access(signed ? Op.i64Load8S : Op.i64Load8U, address)
    } else if (bytes === 2) {
      if (word) writer.access(signed ? Op.i32Load16S : Op.i32Load16U, address)
      else writer.access(signed ? Op.i64Load16S : Op.i64Load16U, address)
    } else if (bytes === 4) {
      if (word) writer.access(Op.i32Load, address)
      else writer.access(signed ? Op.i64Load32S : Op.i64Load32U, address)
    } else {
      writer.access(Op.i64Load, address)
      if (word) writer.op(Op.i32WrapI64)
    }
  }

  /** Converts the value on the stack from one form to another. */
  convert(width: number, from: Form, to: Form): void {
    if (from === to || to === 'any' || width === 32 || width === 64) return
    const { writer } = this
    const narrow = width < 32
    if (to === 'zero') {
      if (narrow) writer.i32Const(2 ** width - 1)
      else writer.i64Const((1n << BigInt(width)) - 1n)
      writer.op(narrow ? Op.i32And : Op.i64And)
    } else if (width === 8 || width === 16) {
      writer.op(width === 8 ? Op.i32Extend8S : Op.i32Extend16S)
    } else if (narrow) {
      writer.i32Const(32 - width)
      writer.op(Op.i32Shl)
      writer.i32Const(32 - width)
      writer.op(Op.i32ShrS)
    } else {
      writer.i64Const(BigInt(64 - width))
      writer.op(Op.i64Shl)
      writer.i64Const(BigInt(64 - width))
      writer.op(Op.i64ShrS)
    }
  }

  #constant(width: number, pattern: bigint, form: Form): void {
    const number = form === 'zero' ? pattern : BigInt.asIntN(width, pattern)
    if (width <= 32) this.writer.i32Const(Number(number))
    else this.writer.i64Const(number)
  }

  #declare(value: ValueId, form: Form): number {
    const local = this.writer.declareLocal(this.width(value) <= 32 ? Type.i32 : Type.i64)
    this.#locals.set(value, { local, form })
    return local
  }

  /** Pushes a value from where it is kept and says in which form it is. */
  #pushKept(value: ValueId): Form {
    const known = this.#locals.get(value)
    if (known !== undefined) {
      this.writer.get(known.local)
      return known.form
    }
    const width = this.width(value)
    const stored = this.context.stored(value)
    this.writer.i32Const(0)
    this.load(width, stored)
    const exact = stored.form === 'any' && stored.bytes * 8 === width
    const form = exact ? 'zero' : stored.form
    if (this.#shared.has(value) && !this.#conditional) {
      this.writer.tee(this.#declare(value, form))
    }
    return form
  }

  #keepWide(value: ValueId, usedHere: boolean): void {
    const slot = this.context.slot(value)
    if (!this.context.isPointer(value)) {
      computeWide(this, value, slot)
      return
    }
    const local = this.local32()
    selectWide(this, value)
    this.writer.set(local)
    if (usedHere) this.#locals.set(value, { local, form: 'zero' })
    if (slot === 0) return
    this.writer.i32Const(0)
    this.writer.get(local)
    this.writer.access(Op.i32Store, slot)
  }

  /** Copies all limbs of a wide value. */
  copyWide(from: WideLocation, to: WideLocation, width: number): void {
    for (let byte = 0; byte < storedBytes(width); byte += 8) {
      this.base(to)
      this.base(from)
      this.writer.access(Op.i64Load, from.offset + byte)
      this.writer.access(Op.i64Store, to.offset + byte)
    }
  }
}
