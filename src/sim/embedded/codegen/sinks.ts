import { storedBytes } from '../arena.js'
import { isLeaf, type ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { Packs } from '../lanes/pack.js'
import type { Storage } from '../storage.js'
import { type Statement, statementOperands } from './statement.js'
import type { UnitGraph } from './unit-graph.js'

/** A statement that does something with values, and what it depends on. */
export interface Sink {
  readonly statement: Statement
  /** Units, as often as they are used. */
  readonly operands: readonly number[]
  /** Scalar values that the statement reads, as often as it evaluates them. */
  readonly values: readonly ValueId[]
  readonly purposes: number
}

/** What is wanted of a module. */
export interface Roots {
  /** Values that can be read from memory after settling. */
  readonly peeked: readonly ValueId[]
  /** Values that a waveform shows, without constants and clocks; undefined without a waveform. */
  readonly traced: readonly ValueId[] | undefined
  /** Clocks whose edges are simulated. */
  readonly clocks: readonly number[]
}

export const settlePurpose = 1

export function clockPurpose(clock: number): number {
  return 1 << (1 + Math.min(clock, 30))
}

/** The effects of a cycle, in an order in which they may happen. */
export function collectSinks(
  program: Program,
  packs: Packs,
  units: UnitGraph,
  registers: Storage['registers'],
  roots: Roots,
): Sink[] {
  const sinks: Sink[] = []
  const clocks = new Set(roots.clocks)
  const everyPurpose = roots.clocks.reduce((all, clock) => all | clockPurpose(clock), settlePurpose)
  const add = (statement: Statement, purposes: number) => {
    const values = statementOperands(program, statement)
    sinks.push({
      statement,
      values,
      operands: values.map((value) => units.unitOf(value)),
      purposes,
    })
  }
  const asyncResets = new Set<ValueId>()
  for (const { reset } of program.groups) {
    if (reset?.style === 'async') asyncResets.add(reset.asserted)
  }
  for (const asserted of asyncResets) add({ kind: 'asyncReset', asserted }, everyPurpose)
  for (const value of new Set(roots.peeked)) {
    if (!liesReadable(program, registers, value)) add({ kind: 'peek', value }, settlePurpose)
  }
  for (const value of new Set(roots.traced ?? [])) add({ kind: 'trace', value }, settlePurpose)
  program.checks.forEach(({ clock }, check) => {
    if (clocks.has(clock)) add({ kind: 'check', check }, clockPurpose(clock))
  })
  const packOfRegister = new Map<number, number>()
  packs.list.forEach(({ op, values }, pack) => {
    if (op !== 'register') return
    for (const value of values) packOfRegister.set(program.graph.payloads[value]!, pack)
  })
  const packsDone = new Set<number>()
  for (const { clock, registers } of program.groups) {
    if (!clocks.has(clock)) continue
    for (const register of registers) {
      const pack = packOfRegister.get(register)
      const next = pack === undefined ? undefined : packs.nexts.get(pack)
      if (pack === undefined || next === undefined) {
        add({ kind: 'next', register }, clockPurpose(clock))
      } else if (!packsDone.has(pack)) {
        packsDone.add(pack)
        sinks.push({
          statement: { kind: 'nextPack', pack },
          operands: [units.operandUnit(next)],
          values: [],
          purposes: clockPurpose(clock),
        })
      }
    }
  }
  program.writes.forEach(({ clock }, write) => {
    if (clocks.has(clock)) add({ kind: 'write', write }, clockPurpose(clock))
  })
  program.groups.forEach(({ clock, reset, enable }, group) => {
    if (!clocks.has(clock)) return
    const purposes = clockPurpose(clock)
    if (reset !== undefined || enable !== undefined) add({ kind: 'condition', group }, purposes)
    add({ kind: 'update', group }, purposes)
  })
  return sinks
}

/** Whether a value lies in memory as it is read from outside: zero-extended in its own bytes. */
function liesReadable(
  { graph }: Program,
  registers: Storage['registers'],
  value: ValueId,
): boolean {
  const op = graph.ops[value]!
  if (op !== 'register') return isLeaf(op)
  const { bytes, form } = registers[graph.payloads[value]!]!
  return form === 'zero' && bytes === storedBytes(graph.widths[value]!)
}
