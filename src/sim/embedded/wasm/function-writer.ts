import { ByteWriter } from './byte-writer.js'
import { Bulk, Op, Type, type ValueType } from './opcodes.js'

/**
 * Writes the body of one function. Locals are numbered after the parameters, in the order of their
 * declaration; the declarations are put in front when the body is finished.
 */
export class FunctionWriter {
  readonly #code = new ByteWriter()
  readonly #locals: ValueType[] = []

  constructor(
    readonly parameters: readonly ValueType[],
    readonly results: readonly ValueType[],
  ) {}

  /** Bytes of instructions so far. */
  get size(): number {
    return this.#code.length
  }

  declareLocal(type: ValueType): number {
    this.#locals.push(type)
    return this.parameters.length + this.#locals.length - 1
  }

  op(opcode: number): void {
    this.#code.byte(opcode)
  }

  i32Const(value: number): void {
    this.#code.byte(Op.i32Const)
    this.#code.s32(value)
  }

  i64Const(value: bigint): void {
    this.#code.byte(Op.i64Const)
    this.#code.s64(value)
  }

  get(local: number): void {
    this.#code.byte(Op.localGet)
    this.#code.u32(local)
  }

  set(local: number): void {
    this.#code.byte(Op.localSet)
    this.#code.u32(local)
  }

  tee(local: number): void {
    this.#code.byte(Op.localTee)
    this.#code.u32(local)
  }

  /** A load or store; the address below it on the stack is increased by `offset`. No alignment is claimed. */
  access(opcode: number, offset: number): void {
    this.#code.byte(opcode)
    this.#code.byte(0)
    this.#code.u32(offset)
  }

  call(functionIndex: number): void {
    this.#code.byte(Op.call)
    this.#code.u32(functionIndex)
  }

  /** `block`, `loop` or `if` without a result. */
  open(opcode: number): void {
    this.#code.byte(opcode)
    this.#code.byte(Type.none)
  }

  end(): void {
    this.#code.byte(Op.end)
  }

  branch(opcode: number, depth: number): void {
    this.#code.byte(opcode)
    this.#code.u32(depth)
  }

  /** `memory.copy`: destination, source and length are on the stack. */
  memoryCopy(): void {
    this.#code.byte(Op.bulk)
    this.#code.u32(Bulk.memoryCopy)
    this.#code.byte(0)
    this.#code.byte(0)
  }

  simd(opcode: number): void {
    this.#code.byte(Op.simd)
    this.#code.u32(opcode)
  }

  /** A vector load or store, with the lane for lane accesses. */
  simdAccess(opcode: number, offset: number, lane?: number): void {
    this.#code.byte(Op.simd)
    this.#code.u32(opcode)
    this.#code.byte(0)
    this.#code.u32(offset)
    if (lane !== undefined) this.#code.byte(lane)
  }

  simdLane(opcode: number, lane: number): void {
    this.simd(opcode)
    this.#code.byte(lane)
  }

  /** `v128.const` or `i8x16.shuffle` with its 16 bytes. */
  simdBytes(opcode: number, bytes: Uint8Array): void {
    this.simd(opcode)
    this.#code.append(bytes)
  }

  /** The body in the format of the code section, without its length in front. */
  finish(): Uint8Array {
    const body = new ByteWriter()
    const runs: { type: ValueType; count: number }[] = []
    for (const type of this.#locals) {
      const last = runs.at(-1)
      if (last?.type === type) last.count++
      else runs.push({ type, count: 1 })
    }
    body.u32(runs.length)
    for (const run of runs) {
      body.u32(run.count)
      body.byte(run.type)
    }
    body.append(this.#code.view())
    body.byte(Op.end)
    return body.view().slice()
  }
}
