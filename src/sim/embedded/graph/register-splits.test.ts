import { describe, expect, test } from 'vitest'
import { Graph } from './graph.js'
import { findRegisterSplits } from './register-splits.js'
import { Simplifier } from './simplifier.js'

/** A 128-bit register that loads an input or holds its value. */
function held() {
  const simplifier = new Simplifier(new Graph(), [])
  const value = simplifier.leaf('register', 128, 0)
  const load = simplifier.leaf('input', 1, 0)
  const next = simplifier.mux(load, simplifier.leaf('input', 128, 1), value)
  const splits = () =>
    findRegisterSplits(simplifier.graph, [{ width: 128, value, next }], () => true)
  return { simplifier, value, splits }
}

describe('a wide register', () => {
  test('is cut where slices of it begin and end', () => {
    const { simplifier, value, splits } = held()
    simplifier.not(simplifier.slice(value, 8, 4))
    simplifier.not(simplifier.slice(value, 100, 28))
    expect(splits()).toEqual(new Map([[0, [0, 8, 12, 100]]]))
  })

  test('stays whole when something else reads all of it', () => {
    const { simplifier, value, splits } = held()
    simplifier.not(simplifier.slice(value, 8, 4))
    simplifier.not(value)
    expect(splits()).toEqual(new Map())
  })

  test('stays whole when a slice would need many parts', () => {
    const { simplifier, value, splits } = held()
    for (let low = 0; low < 40; low += 8) simplifier.not(simplifier.slice(value, low, 8))
    simplifier.not(simplifier.slice(value, 0, 40))
    expect(splits()).toEqual(new Map())
  })
})
