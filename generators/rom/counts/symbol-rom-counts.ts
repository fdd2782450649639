import type { RomContents } from '../../../src/hdl/index.js'
import { symbolGroups } from '../symbol-plan.js'
import { type RomCounts, treeLevels } from './counts.js'

/**
 * Counts a ROM by symbols as `symbolRom` builds it: word lines, joins and the word lines in them, inputs of the ORs of
 * half symbols, and inputs of the columns.
 */
export function countSymbolRom(contents: RomContents, symbolBits: number): RomCounts {
  const groups = symbolGroups(contents, symbolBits)
  let [joins, joinInputs, orInputs, columnInputs, most] = [0, 0, 0, 0, 0]
  for (const { lower, upper, joins: equal, alone } of groups) {
    joins += equal.length
    joinInputs += equal.reduce((sum, words) => sum + words.length, 0)
    const lines = [...equal.map(([first]) => first!), ...alone]
    for (const { values } of [lower, upper]) {
      const loads = new Map<number, number>()
      for (const word of lines) loads.set(values[word]!, (loads.get(values[word]!) ?? 0) + 1)
      loads.delete(0)
      for (const [value, inputs] of loads) {
        orInputs += inputs
        columnInputs += onesOf(value)
        most = Math.max(most, inputs)
      }
    }
  }
  const { depth, addressWidth } = contents
  const constant = orInputs === 0 ? 0 : 1
  return {
    area: {
      constant,
      addressBits: constant * addressWidth,
      wordLines: constant * depth,
      joins,
      joinInputs,
      orInputs,
      columnInputs,
    },
    path: { constant, addressBits: constant * addressWidth, orLevels: treeLevels(most) },
    load: { groups: constant * groups.length },
  }
}

function onesOf(value: number): number {
  return value.toString(2).replaceAll('0', '').length
}
