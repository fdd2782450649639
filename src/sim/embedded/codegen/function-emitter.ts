import { storedBytes } from '../arena.js'
import type { ValueId } from '../graph/graph.js'
import type { FunctionWriter } from '../wasm/function-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import { type Form, isNonNegative, operandForm, wordBits } from './forms.js'
import type { ModuleContext } from './module-context.js'
import { emitNarrow } from './narrow-operators.js'
import { isLeaf } from './schedule.js'
import { computeWide, selectWide } from './wide-operators.js'

/** Where a wide value lies: at `offset` from an address in a local, or at the address `offset`. */
export interface WideLocation {
  readonly base: number | undefined
  readonly offset: number
}

/** Emits values into one function: computes, keeps, loads and converts them. */
export class FunctionEmitter {
  readonly #locals = new Map<ValueId, number>()
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
    } else if (schedule.inlined[value] === 1) {
      emitNarrow(this, value, wanted)
    } else {
      const kept = isLeaf(op) ? 'zero' : this.context.forms.of(value)
      this.#pushKept(value, kept)
      this.convert(width, kept, wanted)
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
    if (slot !== 0) this.writer.i32Const(0)
    emitNarrow(this, value, this.context.forms.of(value))
    if (usedHere || slot === 0) {
      const local = this.#declare(value)
      if (slot === 0) this.writer.set(local)
      else this.writer.tee(local)
    }
    if (slot !== 0) this.store(this.width(value), slot)
  }

  /** Where a wide value lies. */
  wide(value: ValueId): WideLocation {
    const address = this.context.leafAddress(value)
    if (address !== undefined) return { base: undefined, offset: address }
    if (!this.context.isPointer(value)) return { base: undefined, offset: this.context.slot(value) }
    const known = this.#locals.get(value)
    if (known !== undefined) return { base: known, offset: 0 }
    const local = this.local32()
    this.writer.i32Const(0)
    this.writer.access(Op.i32Load, this.context.slot(value))
    this.writer.set(local)
    if (!this.#conditional) this.#locals.set(value, local)
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

  /** Stores the machine word on the stack, above its base address, in the bytes that a width takes. */
  store(width: number, address: number): void {
    const opcodes = { 1: Op.i32Store8, 2: Op.i32Store16, 4: Op.i32Store, 8: Op.i64Store }
    this.writer.access(opcodes[storedBytes(width) as 1 | 2 | 4 | 8], address)
  }

  /** Loads a stored value of at most 64 bits; its base address is on the stack. */
  load(width: number, address: number, signed: boolean): void {
    const opcodes = signed
      ? { 1: Op.i32Load8S, 2: Op.i32Load16S, 4: Op.i32Load, 8: Op.i64Load }
      : { 1: Op.i32Load8U, 2: Op.i32Load16U, 4: Op.i32Load, 8: Op.i64Load }
    this.writer.access(opcodes[storedBytes(width) as 1 | 2 | 4 | 8], address)
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

  #declare(value: ValueId): number {
    const local = this.writer.declareLocal(this.width(value) <= 32 ? Type.i32 : Type.i64)
    this.#locals.set(value, local)
    return local
  }

  #pushKept(value: ValueId, form: Form): void {
    const known = this.#locals.get(value)
    if (known !== undefined) {
      this.writer.get(known)
      return
    }
    this.writer.i32Const(0)
    const address = this.context.leafAddress(value) ?? this.context.slot(value)
    this.load(this.width(value), address, form === 'sign')
    if (this.#shared.has(value) && !this.#conditional) this.writer.tee(this.#declare(value))
  }

  #keepWide(value: ValueId, usedHere: boolean): void {
    const slot = this.context.slot(value)
    if (!this.context.selectsWide(value)) {
      computeWide(this, value, slot)
      return
    }
    const local = this.local32()
    selectWide(this, value)
    this.writer.set(local)
    if (this.context.isPointer(value)) {
      if (usedHere) this.#locals.set(value, local)
      if (slot === 0) return
      this.writer.i32Const(0)
      this.writer.get(local)
      this.writer.access(Op.i32Store, slot)
    } else {
      this.copyWide(
        { base: local, offset: 0 },
        { base: undefined, offset: slot },
        this.width(value),
      )
    }
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
