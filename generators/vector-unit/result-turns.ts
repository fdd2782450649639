import type { Bool, ModuleBuilder } from '../../src/hdl/index.js'
import { Counter } from '../common/counter.js'

/**
 * For each vector unit whether the results of the present tick are its own: the units take turns, the first one first.
 * Every sweep of the L array has as many ticks for each, so that the next one finds the first unit's turn.
 */
export function resultTurns(m: ModuleBuilder, units: number, valid: Bool): Bool[] {
  const turn = new Counter(m, 'result_turn', units)
  m.when(valid, () => turn.advance(turn.is(units - 1)))
  return Array.from({ length: units }, (_, unit) => valid.and(turn.is(unit)))
}
