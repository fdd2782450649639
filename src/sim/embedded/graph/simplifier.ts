import type { RomContents } from '../../../hdl/ir/rom-contents.js'
import { foldConstants } from './fold-constants.js'
import type { Graph, ValueId, ValueOp } from './graph.js'

const commutative = new Set<ValueOp>(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne'])
/** Operators whose low result bits depend on the same low bits of their operands only. */
const lowBitsOnly = new Set<ValueOp>(['add', 'sub', 'mul', 'and', 'or', 'xor', 'not', 'neg'])

/**
 * Builds a graph with local simplification: constants are folded, slices are moved towards their
 * sources, constant shifts become wiring. All rules look at structure only, so that equal modules in
 * equal surroundings stay equal.
 */
export class Simplifier {
  constructor(
    readonly graph: Graph,
    readonly roms: readonly RomContents[],
  ) {}

  constant(width: number, pattern: bigint | number): ValueId {
    return this.graph.constant(width, BigInt(pattern))
  }

  leaf(op: 'input' | 'register', width: number, index: number): ValueId {
    return this.graph.value(op, width, [], index)
  }

  /**
   * @param payload `slice`: lowest bit; `romRead`, `memoryWord`: index of the ROM or memory
   */
  value(op: ValueOp, width: number, operands: readonly ValueId[], payload = 0): ValueId {
    return (
      this.#folded(op, width, operands, payload) ??
      this.#simplified(op, width, operands, payload) ??
      this.graph.value(op, width, this.#ordered(op, operands), payload)
    )
  }

  slice(a: ValueId, low: number, width: number): ValueId {
    return this.value('slice', width, [a], low)
  }

  /** A slice that is taken of the arms of multiplexers instead of their results. */
  sliceOfArms(a: ValueId, low: number, width: number): ValueId {
    if (this.graph.ops[a] !== 'mux') return this.slice(a, low, width)
    const [condition, whenTrue, whenFalse] = this.graph.operands[a] as [ValueId, ValueId, ValueId]
    return this.mux(
      condition,
      this.sliceOfArms(whenTrue, low, width),
      this.sliceOfArms(whenFalse, low, width),
    )
  }

  not(a: ValueId): ValueId {
    return this.value('not', this.#width(a), [a])
  }

  mux(condition: ValueId, whenTrue: ValueId, whenFalse: ValueId): ValueId {
    return this.value('mux', this.#width(whenTrue), [condition, whenTrue, whenFalse])
  }

  /** Most significant part first. */
  concat(parts: readonly ValueId[]): ValueId {
    const width = parts.reduce((sum, part) => sum + this.#width(part), 0)
    return this.value('concat', width, parts)
  }

  zext(a: ValueId, width: number): ValueId {
    return this.value('zext', width, [a])
  }

  #width(value: ValueId): number {
    return this.graph.widths[value]!
  }

  #folded(
    op: ValueOp,
    width: number,
    operands: readonly ValueId[],
    payload: number,
  ): ValueId | undefined {
    const literals = []
    for (const operand of operands) {
      const pattern = this.graph.constantOf(operand)
      if (pattern === undefined) return undefined
      literals.push({ pattern, width: this.#width(operand) })
    }
    if (op === 'romRead') {
      const rom = this.roms[payload]!
      const address = literals[0]!.pattern
      return this.constant(width, address < BigInt(rom.depth) ? rom.word(Number(address)) : 0n)
    }
    const result = foldConstants(op, width, literals, payload)
    return result === undefined ? undefined : this.constant(width, result)
  }

  /** Constants go last. */
  #ordered(op: ValueOp, operands: readonly ValueId[]): readonly ValueId[] {
    if (!commutative.has(op) || this.graph.ops[operands[0]!] !== 'const') return operands
    return [operands[1]!, operands[0]!]
  }

  #simplified(
    op: ValueOp,
    width: number,
    operands: readonly ValueId[],
    payload: number,
  ): ValueId | undefined {
    const [a, b, c] = operands as [ValueId, ValueId, ValueId]
    switch (op) {
      case 'add':
      case 'or':
      case 'xor':
      case 'and':
      case 'mul':
        return this.#commutative(op, width, a, b)
      case 'sub':
        if (a === b) return this.constant(width, 0)
        return this.graph.constantOf(b) === 0n ? a : undefined
      case 'not':
        return this.graph.ops[a] === 'not' ? this.graph.operands[a]![0] : undefined
      case 'reduceAnd':
      case 'reduceOr':
      case 'reduceXor':
        return this.#width(a) === 1 ? a : undefined
      case 'eq':
      case 'ne':
        return this.#equality(op, a, b)
      case 'ult':
      case 'slt':
        return a === b ? this.constant(1, 0) : undefined
      case 'ule':
      case 'sle':
        return a === b ? this.constant(1, 1) : undefined
      case 'shl':
      case 'lshr':
      case 'ashr':
        return this.#constantShift(op, width, a, b)
      case 'slice':
        return this.#slice(a, payload, width)
      case 'index': {
        const index = this.graph.constantOf(b)
        if (index === undefined) return undefined
        const low = index * BigInt(width)
        if (low >= BigInt(this.#width(a))) return this.constant(width, 0)
        return this.slice(a, Number(low), width)
      }
      case 'concat':
        return this.#concat(operands)
      case 'mux':
        return this.#mux(width, a, b, c)
      case 'zext':
      case 'sext':
        return this.#extend(op, width, a)
      default:
        return undefined
    }
  }

  #commutative(op: ValueOp, width: number, a: ValueId, b: ValueId): ValueId | undefined {
    if (a === b) {
      if (op === 'and' || op === 'or') return a
      if (op === 'xor') return this.constant(width, 0)
    }
    const patternA = this.graph.constantOf(a)
    const [pattern, other] = patternA === undefined ? [this.graph.constantOf(b), a] : [patternA, b]
    if (pattern === undefined) return undefined
    const ones = (1n << BigInt(width)) - 1n
    if (op === 'mul') {
      if (pattern === 0n) return this.constant(width, 0)
      if ((pattern & (pattern - 1n)) !== 0n) return undefined
      return this.#shiftLeft(other, pattern.toString(2).length - 1, width)
    }
    if (pattern === 0n) return op === 'and' ? this.constant(width, 0) : other
    if (pattern === ones) {
      if (op === 'and') return other
      if (op === 'or') return this.constant(width, ones)
      if (op === 'xor') return this.not(other)
    }
    return undefined
  }

  #equality(op: 'eq' | 'ne', a: ValueId, b: ValueId): ValueId | undefined {
    if (a === b) return this.constant(1, op === 'eq' ? 1 : 0)
    if (this.#width(a) !== 1) return undefined
    const patternA = this.graph.constantOf(a)
    const [pattern, other] = patternA === undefined ? [this.graph.constantOf(b), a] : [patternA, b]
    if (pattern === undefined) return undefined
    return (pattern === 1n) === (op === 'eq') ? other : this.not(other)
  }

  #shiftLeft(a: ValueId, amount: number, width: number): ValueId {
    if (amount === 0) return a
    return this.concat([this.slice(a, 0, width - amount), this.constant(amount, 0)])
  }

  #constantShift(
    op: 'shl' | 'lshr' | 'ashr',
    width: number,
    a: ValueId,
    b: ValueId,
  ): ValueId | undefined {
    const pattern = this.graph.constantOf(b)
    if (pattern === undefined) return undefined
    const beyond = pattern >= BigInt(width)
    if (beyond && op !== 'ashr') return this.constant(width, 0)
    const amount = beyond ? width - 1 : Number(pattern)
    if (amount === 0) return a
    if (op === 'shl') return this.#shiftLeft(a, amount, width)
    const high = this.slice(a, amount, width - amount)
    return this.value(op === 'lshr' ? 'zext' : 'sext', width, [high])
  }

  #slice(a: ValueId, low: number, width: number): ValueId | undefined {
    const { graph } = this
    const op = graph.ops[a]!
    if (width === this.#width(a)) return a
    const [first] = graph.operands[a] as [ValueId]
    switch (op) {
      case 'slice':
        return this.slice(first, graph.payloads[a]! + low, width)
      case 'zext':
      case 'sext': {
        const inner = this.#width(first)
        if (low + width <= inner) return this.slice(first, low, width)
        if (op === 'zext' && low >= inner) return this.constant(width, 0)
        if (low < inner) return this.value(op, width, [this.slice(first, low, inner - low)])
        return undefined
      }
      case 'concat':
        return this.#sliceOfConcat(graph.operands[a]!, low, width)
      default:
        if (low !== 0 || !lowBitsOnly.has(op)) return undefined
        // Wide arithmetic that is cut back to a machine word is done in the machine word.
        if (this.#width(a) <= 64 || width > 64) return undefined
        return this.value(
          op,
          width,
          graph.operands[a]!.map((operand) => this.slice(operand, 0, width)),
        )
    }
  }

  #sliceOfConcat(parts: readonly ValueId[], low: number, width: number): ValueId {
    const kept: ValueId[] = []
    let position = 0
    for (let index = parts.length - 1; index >= 0; index--) {
      const part = parts[index]!
      const from = Math.max(low, position)
      const to = Math.min(low + width, position + this.#width(part))
      if (from < to) kept.unshift(this.slice(part, from - position, to - from))
      position += this.#width(part)
    }
    return this.concat(kept)
  }

  /**
   * Flattens, merges neighbours that are constants or adjoining slices, turns repeated bits into `sext`
   * and leading zeros into `zext`.
   */
  #concat(operands: readonly ValueId[]): ValueId | undefined {
    const { graph } = this
    const parts: ValueId[] = []
    let changed = false
    const push = (part: ValueId) => {
      const last = parts.at(-1)
      const merged = last === undefined ? undefined : this.#adjoining(last, part)
      if (merged === undefined) {
        parts.push(part)
      } else {
        parts[parts.length - 1] = merged
        changed = true
      }
    }
    for (const operand of operands) {
      if (graph.ops[operand] === 'concat') {
        changed = true
        for (const part of graph.operands[operand]!) push(part)
      } else {
        push(operand)
      }
    }
    if (parts.length === 1) return parts[0]
    if (graph.constantOf(parts[0]!) === 0n) {
      const width = parts.reduce((sum, part) => sum + this.#width(part), 0)
      return this.zext(this.concat(parts.slice(1)), width)
    }
    return changed ? this.concat(parts) : undefined
  }

  /** One value for two neighbouring parts of a concatenation, when there is one. */
  #adjoining(high: ValueId, low: ValueId): ValueId | undefined {
    const { graph } = this
    const highPattern = graph.constantOf(high)
    const lowPattern = graph.constantOf(low)
    const width = this.#width(high) + this.#width(low)
    if (highPattern !== undefined && lowPattern !== undefined) {
      return this.constant(width, (highPattern << BigInt(this.#width(low))) | lowPattern)
    }
    const repeated = this.#repeatedBit(high)
    if (repeated !== undefined && repeated === this.#repeatedBit(low)) {
      return this.value('sext', width, [repeated])
    }
    if (graph.ops[high] !== 'slice' || graph.ops[low] !== 'slice') return undefined
    const [source] = graph.operands[high] as [ValueId]
    if (source !== graph.operands[low]![0]) return undefined
    const from = graph.payloads[low]!
    if (from + this.#width(low) !== graph.payloads[high]) return undefined
    return this.slice(source, from, width)
  }

  /** The bit of which a value consists. */
  #repeatedBit(value: ValueId): ValueId | undefined {
    if (this.#width(value) === 1) return value
    if (this.graph.ops[value] !== 'sext') return undefined
    const [source] = this.graph.operands[value] as [ValueId]
    return this.#width(source) === 1 ? source : undefined
  }

  #mux(
    width: number,
    condition: ValueId,
    whenTrue: ValueId,
    whenFalse: ValueId,
  ): ValueId | undefined {
    const { graph } = this
    const pattern = graph.constantOf(condition)
    if (pattern !== undefined) return pattern === 1n ? whenTrue : whenFalse
    if (whenTrue === whenFalse) return whenTrue
    if (graph.ops[condition] === 'not') {
      return this.mux(graph.operands[condition]![0]!, whenFalse, whenTrue)
    }
    if (width !== 1) return undefined
    const patternTrue = graph.constantOf(whenTrue)
    const patternFalse = graph.constantOf(whenFalse)
    if (patternTrue === 1n) return this.value('or', 1, [condition, whenFalse])
    if (patternTrue === 0n) return this.value('and', 1, [this.not(condition), whenFalse])
    if (patternFalse === 0n) return this.value('and', 1, [condition, whenTrue])
    if (patternFalse === 1n) return this.value('or', 1, [this.not(condition), whenTrue])
    return undefined
  }

  #extend(op: 'zext' | 'sext', width: number, a: ValueId): ValueId | undefined {
    const { graph } = this
    if (width === this.#width(a)) return a
    const inner = graph.ops[a]
    const [source] = graph.operands[a] as [ValueId]
    if (inner === 'zext') return this.value('zext', width, [source])
    if (inner === 'sext' && op === 'sext') return this.value('sext', width, [source])
    return undefined
  }
}
