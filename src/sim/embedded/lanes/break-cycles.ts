import { UnitGraph } from '../codegen/unit-graph.js'
import type { ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { LaneSet } from './lane-sets.js'
import type { Packs } from './pack.js'
import { buildPacks } from './pack-builder.js'

/**
 * Builds packs that can be computed one after the other. A pack computes its lanes at once, so lanes that
 * feed each other (a carry rippling through the instances) would need the pack before itself: the packs
 * of such cycles become scalars again.
 */
export function breakCycles(program: Program, laneSets: readonly LaneSet[]): Packs {
  const scalars = new Set<ValueId>()
  for (;;) {
    const packs = buildPacks(program, laneSets, scalars)
    const before = scalars.size
    for (const pack of packsInCycles(new UnitGraph(program, packs))) {
      for (const value of packs.list[pack]!.values) scalars.add(value)
    }
    if (scalars.size === before) return packs
  }
}

/** Packs in the strongly connected components of more than one unit (Tarjan, iteratively). */
function packsInCycles(units: UnitGraph): number[] {
  const index = new Int32Array(units.size).fill(-1)
  const low = new Int32Array(units.size)
  const onStack = new Uint8Array(units.size)
  const stack: number[] = []
  const found: number[] = []
  let counter = 0
  const finish = (unit: number) => {
    if (low[unit] !== index[unit]) return
    const component: number[] = []
    for (;;) {
      const member = stack.pop()!
      onStack[member] = 0
      component.push(member)
      if (member === unit) break
    }
    if (component.length === 1 && !units.operandsOf(unit).includes(unit)) return
    for (const member of component) {
      const pack = member - units.valueCount
      if (pack >= 0 && units.packs.list[pack]!.op !== 'gathered') found.push(pack)
    }
  }
  for (let root = units.valueCount; root < units.size; root++) {
    if (index[root] !== -1) continue
    const path: { unit: number; operands: number[]; next: number }[] = []
    const enter = (unit: number) => {
      index[unit] = low[unit] = counter++
      onStack[unit] = 1
      stack.push(unit)
      path.push({ unit, operands: units.operandsOf(unit), next: 0 })
    }
    enter(root)
    while (path.length > 0) {
      const frame = path.at(-1)!
      const operand = frame.operands[frame.next++]
      if (operand === undefined) {
        path.pop()
        finish(frame.unit)
        const parent = path.at(-1)
        if (parent !== undefined) low[parent.unit] = Math.min(low[parent.unit]!, low[frame.unit]!)
      } else if (index[operand] === -1) {
        enter(operand)
      } else if (onStack[operand] === 1) {
        low[frame.unit] = Math.min(low[frame.unit]!, index[operand]!)
      }
    }
  }
  return found
}
