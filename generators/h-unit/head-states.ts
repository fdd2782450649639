import { type Bool, type ModuleBuilder, mux, type UInt, type Vec } from '../../src/hdl/index.js'
import { binary32 } from '../float/float-format.js'
import { scaleDown } from '../float/scale-down.js'

/** The state of a head, one of a vector of them. */
export function selected<S>(states: Vec<S>, head: UInt): S {
  return states.length === 1 ? states.at(0) : states.select(head)
}

/** Lets `store` store the state of the head that is chosen, at the next edge. */
export function storeAt(
  m: ModuleBuilder,
  heads: number,
  head: UInt,
  enable: Bool,
  store: (head: number) => void,
): void {
  for (let index = 0; index < heads; index++) {
    m.when(heads === 1 ? enable : enable.and(head.eq(index)), () => store(index))
  }
}

/** What was added before, in terms of the new maximum; zero before the first position. */
export function rescaled(sums: Vec<UInt>, head: UInt, isFirst: Bool, places: UInt): UInt {
  const before = scaleDown(binary32, selected(sums, head), places)
  return mux(isFirst, before.type.literal(0), before)
}
