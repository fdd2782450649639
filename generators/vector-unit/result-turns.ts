import { type Bool, bool, type ModuleBuilder } from '../../src/hdl/index.js'
import { Counter } from '../common/counter.js'

/** What comes with the results of a sweep of the L array. */
export interface ResultTicks {
  /** The ticks after this one belong to the next sweep. */
  readonly start: Bool
  readonly valid: Bool
  /** With `start`: all results of the sweep are for the first vector unit. */
  readonly toFirst?: Bool
}

/**
 * For each vector unit whether the results of the present tick are its own: the units take turns, the first one first.
 * Every sweep has as many ticks for each, or ticks for the first alone, so that the next one finds the first unit's turn.
 */
export function resultTurns(m: ModuleBuilder, units: number, ticks: ResultTicks): Bool[] {
  const { start, valid, toFirst } = ticks
  const turn = new Counter(m, 'result_turn', units)
  let advances = valid
  if (toFirst !== undefined) {
    const isFirstOnly = m.register('results_to_first', bool, { reset: false })
    m.when(start, () => isFirstOnly.next(toFirst))
    advances = valid.and(isFirstOnly.not())
  }
  m.when(advances, () => turn.advance(turn.is(units - 1)))
  return Array.from({ length: units }, (_, unit) => valid.and(turn.is(unit)))
}
