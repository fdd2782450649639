import type { Random } from '../../src/common/random.js'
import type { BinaryOp, ExpressionNode, UnaryOp } from '../../src/hdl/ir/expression.js'
import type { ModuleNode, SignalNode } from '../../src/hdl/ir/module-node.js'
import { rewriteModule, withFlippedRomBit } from '../../src/hdl/ir/rewrite-module.js'
import type { StatementNode } from '../../src/hdl/ir/statement.js'
import { moduleExpressions, visitExpressions } from '../../src/hdl/ir/traversal.js'
import type { Place } from '../../src/hdl/place.js'

/** One thing of a module flipped. */
export interface Mutant {
  readonly module: ModuleNode
  /** Kind of the flip, for sampling: `operator`, `constant`, `select`, `enable`, `bits`, `reset`, `rom`. */
  readonly kind: string
  /** `add becomes sub`. */
  readonly what: string
  readonly place: Place
  readonly mutated: () => ModuleNode
}

const otherBinary: Readonly<Record<BinaryOp, BinaryOp>> = {
  add: 'sub',
  sub: 'add',
  mul: 'add',
  and: 'or',
  or: 'and',
  xor: 'or',
  eq: 'ne',
  ne: 'eq',
  lt: 'le',
  le: 'lt',
}

const otherReduction: Partial<Readonly<Record<UnaryOp, UnaryOp>>> = {
  reduceAnd: 'reduceOr',
  reduceOr: 'reduceAnd',
  reduceXor: 'reduceOr',
}

/** Every mutant of a module's logic; those of its ROMs are drawn by {@link romMutants}. */
export function logicMutants(module: ModuleNode): Mutant[] {
  const mutants: Mutant[] = []
  const flip = (kind: string, what: string, node: ExpressionNode, becomes: ExpressionNode) =>
    mutants.push({
      module,
      kind,
      what,
      place: node.place,
      mutated: () => rewriteModule(module, { expressions: new Map([[node, becomes]]) }),
    })
  visitExpressions(moduleExpressions(module), new Set(), (node) => {
    switch (node.kind) {
      case 'const':
        flip('constant', `${node.value} becomes ${node.value ^ 1n}`, node, {
          ...node,
          value: node.value ^ 1n,
        })
        break
      case 'binary': {
        const op = otherBinary[node.op]
        flip('operator', `${node.op} becomes ${op}`, node, { ...node, op })
        break
      }
      case 'unary': {
        const op = otherReduction[node.op]
        if (node.op === 'not') flip('operator', 'not is left out', node, node.a)
        if (op !== undefined && node.a.width > 1) {
          flip('operator', `${node.op} becomes ${op}`, node, { ...node, op })
        }
        break
      }
      case 'shift': {
        const op = node.op === 'left' ? 'right' : 'left'
        flip('operator', `shift ${node.op} becomes ${op}`, node, { ...node, op })
        break
      }
      case 'mux':
        flip('select', 'the arms of a choice are swapped', node, {
          ...node,
          whenTrue: node.whenFalse,
          whenFalse: node.whenTrue,
        })
        break
      case 'slice': {
        const low = node.low > 0 ? node.low - 1 : node.low + 1
        if (low + node.width <= node.a.width) {
          flip('bits', `bits from ${node.low} become bits from ${low}`, node, { ...node, low })
        }
        break
      }
      default:
        break
    }
  })
  for (const { node, what } of enables(module)) {
    if (node.kind === 'const') continue
    const { place } = node
    const stuck = (value: bigint): ExpressionNode => ({
      kind: 'const',
      width: 1,
      signed: false,
      place,
      value,
    })
    flip('enable', `${what} is always 1`, node, stuck(1n))
    flip('enable', `${what} is always 0`, node, stuck(0n))
  }
  for (const signal of module.signals) {
    const reset = signal.register?.reset
    if (signal.register === undefined || reset === undefined) continue
    const value = reset.value ^ 1n
    const other: SignalNode = {
      ...signal,
      register: { ...signal.register, reset: { ...reset, value } },
    }
    mutants.push({
      module,
      kind: 'reset',
      what: `${signal.name} is reset to ${value}`,
      place: signal.place,
      mutated: () => rewriteModule(module, { registers: new Map([[signal, other]]) }),
    })
  }
  return mutants
}

function* enables(module: ModuleNode): Generator<{ node: ExpressionNode; what: string }> {
  for (const { name, writes } of module.memories) {
    for (const { enable } of writes) yield { node: enable, what: `the write to ${name}` }
  }
  yield* conditions(module.statements)
}

function* conditions(
  statements: readonly StatementNode[],
): Generator<{ node: ExpressionNode; what: string }> {
  for (const statement of statements) {
    if (statement.kind === 'assign') continue
    if (statement.kind === 'when') {
      for (const { condition, body } of statement.branches) {
        yield { node: condition, what: 'a condition' }
        yield* conditions(body)
      }
    } else {
      for (const { body } of statement.cases) yield* conditions(body)
    }
    yield* conditions(statement.otherwise ?? [])
  }
}

/** Random bits of every ROM of a module, each flipped. */
export function romMutants(module: ModuleNode, random: Random, count: number): Mutant[] {
  return module.roms.flatMap(({ name, contents }) =>
    Array.from({ length: count }, () => {
      const address = random.integer(0, contents.depth - 1)
      return flippedRom(module, name, address, random.integer(0, contents.width - 1))
    }),
  )
}

/** A bit of a ROM's word flipped. @throws RangeError for a ROM that the module has not */
export function flippedRom(module: ModuleNode, name: string, address: number, bit: number): Mutant {
  const rom = module.roms.find((candidate) => candidate.name === name)
  if (rom === undefined) throw new RangeError(`${module.name} has no ROM ${name}`)
  return {
    module,
    kind: 'rom',
    what: `bit ${bit} of word ${address} of ${name} is flipped`,
    place: rom.place,
    mutated: () => withFlippedRomBit(module, name, address, bit),
  }
}
