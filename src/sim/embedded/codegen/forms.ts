import type { Graph, ValueId } from '../graph/graph.js'
import type { Schedule } from './schedule.js'

/**
 * How a value of at most 64 bits lies in its 32- or 64-bit machine word: `zero` and `sign` extended, or
 * `any` bits above its width. Arithmetic does not care, so masks are only paid where somebody does.
 */
export type Form = 'any' | 'zero' | 'sign'

/** The form in which an operand is needed to compute a value in a form. Wide values have no form. */
export function operandForm(graph: Graph, value: ValueId, form: Form, position: number): Form {
  const op = graph.ops[value]!
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'neg':
      return 'any'
    case 'and':
      if (position === 0 && form === 'zero') {
        return graph.ops[graph.operands[value]![1]!] === 'const' ? 'any' : 'zero'
      }
      return form
    case 'or':
    case 'xor':
    case 'not':
      return form
    case 'slt':
    case 'sle':
    case 'sext':
      return 'sign'
    case 'shl':
      return position === 0 ? 'any' : 'zero'
    case 'ashr':
      return position === 0 ? 'sign' : 'zero'
    case 'slice': {
      const [a] = graph.operands[value] as [ValueId]
      return graph.payloads[value]! + graph.widths[value]! === graph.widths[a]! ? form : 'any'
    }
    case 'index':
      return position === 0 ? 'any' : 'zero'
    case 'concat':
      return position === 0 ? form : 'zero'
    case 'mux':
      return position === 0 ? 'zero' : form
    default:
      return 'zero'
  }
}

/** True when the top bit is known to be 0, so that `zero` and `sign` are the same. */
export function isNonNegative(graph: Graph, value: ValueId): boolean {
  if (graph.ops[value] === 'zext') return true
  const pattern = graph.constantOf(value)
  return pattern !== undefined && pattern >> BigInt(graph.widths[value]! - 1) === 0n
}

/** Bits of the machine word that holds a value of at most 64 bits. */
export function wordBits(width: number): 32 | 64 {
  return width <= 32 ? 32 : 64
}

/** Whether a value stored in its own number of bytes can be stored from any form. */
export function fillsStorage(width: number): boolean {
  return width === 8 || width === 16 || width === 32 || width === 64
}

const codes = { any: 0, sign: 1, zero: 2 } as const
const names: readonly Form[] = ['any', 'sign', 'zero']

/** Reports the forms in which statements other than values need their operands. */
export type SinkDemands = (demand: (value: ValueId, form: Form) => void) => void

/** The form in which each value that is not inlined is kept: what its most demanding user wants. */
export class KeptForms {
  readonly #codes: Uint8Array

  constructor(graph: Graph, { order }: Schedule, sinkDemands: SinkDemands) {
    const demands = new Uint8Array(graph.size)
    const demand = (value: ValueId, form: Form) => {
      const wanted = form === 'sign' && isNonNegative(graph, value) ? 'zero' : form
      demands[value] = Math.max(demands[value]!, codes[wanted])
    }
    sinkDemands(demand)
    for (let position = order.length - 1; position >= 0; position--) {
      const value = order[position]!
      const wide = graph.widths[value]! > 64
      const form = wide ? 'zero' : names[demands[value]!]!
      graph.operands[value]!.forEach((operand, index) => {
        demand(operand, wide ? 'zero' : operandForm(graph, value, form, index))
      })
    }
    this.#codes = demands
  }

  of(value: ValueId): Form {
    return names[this.#codes[value]!]!
  }
}
