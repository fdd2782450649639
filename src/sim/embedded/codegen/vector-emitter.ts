import type { LaneBits, LaneType } from '../lanes/lane-types.js'
import {
  isSource,
  type LaneGroup,
  type Pack,
  type PackId,
  type PackOperand,
  vectorsPerChunk,
} from '../lanes/pack.js'
import type { LaneArray } from '../lanes/record-layout.js'
import type { FunctionWriter } from '../wasm/function-writer.js'
import { Op, Type } from '../wasm/opcodes.js'
import { Extend, LaneOp, Narrow, Simd } from '../wasm/simd-opcodes.js'
import type { Form } from './forms.js'
import type { FunctionEmitter } from './function-emitter.js'
import type { ModuleContext } from './module-context.js'
import { pushWordOffset } from './narrow-operators.js'
import { computePack } from './vector-operators.js'

/** Locals with the vectors of a chunk. */
export type Vectors = readonly number[]

/**
 * Emits packs of one lane group into a function that computes one chunk. The function has the number of
 * the chunk as its parameter when there are several.
 */
export class VectorEmitter {
  readonly context: ModuleContext
  readonly writer: FunctionWriter
  readonly group: LaneGroup
  /** Vectors by pack and lane type. */
  readonly #vectors = new Map<string, Vectors>()
  /** Locals with the offset of the chunk's record, by stride. */
  readonly #offsets = new Map<number, number>()
  readonly #rows = new Map<string, number>()

  /** @param scalars emits the uniform operands into the same function */
  constructor(
    readonly scalars: FunctionEmitter,
    group: number,
  ) {
    this.context = scalars.context
    this.writer = scalars.writer
    this.group = this.context.plan.packs.groups[group]!
  }

  pack(id: PackId): Pack {
    return this.context.plan.packs.list[id]!
  }

  type(id: PackId): LaneType {
    return this.context.plan.types.of(id)
  }

  vectorCount(bits: LaneBits): number {
    return vectorsPerChunk(this.group, bits)
  }

  /** Computes a pack and stores it when other functions read it. */
  keep(id: PackId): void {
    const vectors = computePack(this, id)
    this.#vectors.set(key(id, this.type(id)), vectors)
    const array = this.context.packArray(id)
    if (array !== undefined) this.store(vectors, array)
  }

  /** Stores the next values of a pack of registers. */
  storeNext(id: PackId): void {
    const state = this.context.storage.registerPacks.get(id)!
    const { width } = this.pack(id)
    const { bits, form } = this.type(id)
    const next = this.context.plan.packs.nexts.get(id)!
    const vectors = this.operand(next, { bits, form: bits > width ? form : 'any' })
    const { group } = this.context.program.registers[this.#register(id)]!
    const { shadow, state: first } = this.context.storage.groups[group]!
    this.store(vectors, { ...state, base: state.base - first + shadow })
  }

  /** An operand in all lanes of a chunk, in a lane type that can hold it. */
  operand(operand: PackOperand, type: LaneType): Vectors {
    if ('pack' in operand) return this.#packAs(operand.pack, type)
    const vector = this.#splat(operand.uniform, type)
    return Array.from({ length: this.vectorCount(type.bits) }, () => vector)
  }

  /** Emits one instruction sequence for each vector and keeps the results. */
  map(bits: LaneBits, push: (index: number) => void): Vectors {
    return Array.from({ length: this.vectorCount(bits) }, (_, index) => {
      push(index)
      return this.hold()
    })
  }

  /** Moves the vector on the stack into a new local. */
  hold(): number {
    const local = this.writer.declareLocal(Type.v128)
    this.writer.set(local)
    return local
  }

  /** Pushes a vector with the same constant in all lanes. */
  constant(bits: LaneBits, pattern: bigint): void {
    const bytes = new Uint8Array(16)
    const lane = BigInt.asUintN(bits, pattern)
    for (let byte = 0; byte < 16; byte++) {
      bytes[byte] = Number((lane >> BigInt((byte * 8) % bits)) & 0xffn)
    }
    this.writer.simdBytes(Simd.const, bytes)
  }

  store(vectors: Vectors, array: LaneArray): void {
    const base = this.#chunkOffset(array.stride)
    vectors.forEach((vector, index) => {
      this.#pushBase(base)
      this.writer.get(vector)
      this.writer.simdAccess(Simd.store, array.base + 16 * index)
    })
  }

  #register(id: PackId): number {
    return this.context.graph.payloads[this.pack(id).values[0]!]!
  }

  #packAs(id: PackId, type: LaneType): Vectors {
    const wanted = key(id, type)
    const known = this.#vectors.get(wanted)
    if (known !== undefined) return known
    const own = this.type(id)
    let vectors = this.#vectors.get(key(id, own))
    if (vectors === undefined) {
      vectors = this.#load(id)
      this.#vectors.set(key(id, own), vectors)
    }
    const converted = this.#convert(id, vectors, own, type)
    this.#vectors.set(wanted, converted)
    return converted
  }

  /** Loads a pack that lies in memory. */
  #load(id: PackId): Vectors {
    const pack = this.pack(id)
    const { bits } = this.type(id)
    if (!isSource(pack) && this.context.packArray(id) === undefined) {
      throw new Error(`pack ${id} is not in memory`)
    }
    const array =
      pack.op === 'romBits' ? this.context.romImage(id).array : this.context.packArray(id)!
    const base = pack.op === 'romBits' ? this.#romRow(id) : this.#chunkOffset(array.stride)
    return this.map(bits, (index) => {
      this.#pushBase(base)
      this.writer.simdAccess(Simd.load, array.base + 16 * index)
    })
  }

  /** Local with the offset of the addressed row in the ROM image of the chunk. */
  #romRow(id: PackId): number {
    const { array, rowBytes, depth } = this.context.romImage(id)
    const [address] = this.pack(id).operands as [PackOperand]
    if ('pack' in address) throw new Error('ROM bits have a common address')
    const name = `${address.uniform}:${rowBytes}:${array.stride}:${depth}`
    const known = this.#rows.get(name)
    if (known !== undefined) return known
    const local = this.writer.declareLocal(Type.i32)
    pushWordOffset(this.scalars, address.uniform, { address: 0, depth, bytesPerWord: rowBytes })
    const chunk = this.#chunkOffset(array.stride)
    if (chunk !== undefined) {
      this.writer.get(chunk)
      this.writer.op(Op.i32Add)
    }
    this.writer.set(local)
    this.#rows.set(name, local)
    return local
  }

  /** Local with the offset of the chunk in an array, undefined for the only chunk. */
  #chunkOffset(stride: number): number | undefined {
    if (this.group.chunks === 1) return undefined
    const known = this.#offsets.get(stride)
    if (known !== undefined) return known
    const local = this.writer.declareLocal(Type.i32)
    this.writer.get(0)
    this.writer.i32Const(stride)
    this.writer.op(Op.i32Mul)
    this.writer.set(local)
    this.#offsets.set(stride, local)
    return local
  }

  #pushBase(local: number | undefined): void {
    if (local === undefined) this.writer.i32Const(0)
    else this.writer.get(local)
  }

  #splat(value: number, { bits, form }: LaneType): number {
    const name = `u${value}:${bits}:${form}`
    const known = this.#vectors.get(name)
    if (known !== undefined) return known[0]!
    const { graph, plan } = this.context
    const pattern = graph.constantOf(value)
    const width = graph.widths[value]!
    if (pattern !== undefined) {
      this.constant(bits, form === 'zero' ? pattern : BigInt.asIntN(width, pattern))
    } else {
      const stored = plan.packs.packOf[value] === -1 ? this.context.stored(value) : undefined
      if (stored !== undefined && canLoadSplat(stored, bits, width, form)) {
        this.writer.i32Const(0)
        this.writer.simdAccess(LaneOp.loadSplat[bits]!, stored.address)
      } else {
        this.scalars.valueAs(value, bits > width ? form : 'any', bits === 64 ? 64 : 32)
        this.writer.simd(LaneOp.splat[bits]!)
      }
    }
    const local = this.hold()
    this.#vectors.set(name, [local])
    return local
  }

  /** Converts lanes between sizes and forms, by the bounds of the pack. */
  #convert(id: PackId, vectors: Vectors, from: LaneType, to: LaneType): Vectors {
    const { width } = this.pack(id)
    const bounds = this.context.plan.types.bounds(id)
    let { bits } = from
    let form: Form = from.form
    let current = vectors
    if (bits === width && form === 'any') form = to.form === 'sign' ? 'sign' : 'zero'
    // Both extensions of a number that is never negative are the same wherever it fits.
    const wanted = bounds.signedLow >= 0 && form !== 'any' && to.form !== 'any' ? form : to.form
    if (bits < to.bits) {
      if (wanted !== 'any' && form !== wanted && bits > width) {
        current = this.#reform(current, bits, width, form, wanted)
        form = wanted
      }
      while (bits < to.bits) {
        current = this.#widen(current, bits, form === 'sign')
        bits = (bits * 2) as LaneBits
      }
    }
    while (bits > to.bits) {
      const fits =
        form === 'sign'
          ? bounds.signedLow >= -(2 ** (bits / 2 - 1)) && bounds.signedHigh < 2 ** (bits / 2 - 1)
          : form === 'zero' && bounds.unsignedHigh < 2 ** (bits / 2)
      current = this.#narrow(current, bits, fits ? form : 'any')
      bits = (bits / 2) as LaneBits
      if (!fits && bits > width) form = 'any'
    }
    return this.#reform(current, bits, width, form, wanted)
  }

  /** Changes the bits above the width within a lane. */
  #reform(vectors: Vectors, bits: LaneBits, width: number, from: Form, to: Form): Vectors {
    if (to === 'any' || from === to || bits <= width) return vectors
    const { writer } = this
    return vectors.map((vector) => {
      if (to === 'zero') {
        writer.get(vector)
        this.constant(bits, (1n << BigInt(width)) - 1n)
        writer.simd(Simd.and)
      } else if (width === 1 && from === 'zero') {
        writer.get(vector)
        writer.simd(LaneOp.neg[bits]!)
      } else {
        writer.get(vector)
        writer.i32Const(bits - width)
        writer.simd(LaneOp.shl[bits]!)
        writer.i32Const(bits - width)
        writer.simd(LaneOp.shrS[bits]!)
      }
      return this.hold()
    })
  }

  #widen(vectors: Vectors, bits: LaneBits, signed: boolean): Vectors {
    const low = (signed ? Extend.lowS : Extend.lowU)[bits]!
    const high = (signed ? Extend.highS : Extend.highU)[bits]!
    return this.map((bits * 2) as LaneBits, (index) => {
      this.writer.get(vectors[index >> 1]!)
      this.writer.simd((index & 1) === 0 ? low : high)
    })
  }

  /** Halves the lanes; `any` keeps their low bits, otherwise they fit. */
  #narrow(vectors: Vectors, bits: LaneBits, form: Form): Vectors {
    const { writer } = this
    const half = (bits / 2) as LaneBits
    return this.map(half, (index) => {
      const pair = [vectors[2 * index]!, vectors[2 * index + 1] ?? vectors[2 * index]!]
      if (bits === 64) {
        for (const vector of pair) writer.get(vector)
        writer.simdBytes(
          Simd.shuffle,
          Uint8Array.of(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27),
        )
        return
      }
      for (const vector of pair) {
        writer.get(vector)
        if (form !== 'any') continue
        this.constant(bits, (1n << BigInt(half)) - 1n)
        writer.simd(Simd.and)
      }
      writer.simd((form === 'sign' ? Narrow.signed : Narrow.unsigned)[bits]!)
    })
  }
}

/** Whether the lowest bits of a stored value are the lane as it is wanted. */
function canLoadSplat(
  stored: { readonly bytes: number; readonly form: Form },
  bits: LaneBits,
  width: number,
  form: Form,
): boolean {
  if (stored.bytes * 8 < bits) return false
  return bits <= width || form === 'any' || stored.form === form
}

function key(id: PackId, { bits, form }: LaneType): string {
  return `${id}:${bits}:${form}`
}
