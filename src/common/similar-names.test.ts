import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, similarNames } from './similar-names.js'

describe('edit distance', () => {
  it('counts insertions, deletions and replacements', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3)
    expect(editDistance('', 'abc')).toBe(3)
    expect(editDistance('abc', 'abc')).toBe(0)
  })

  it('is symmetric, zero only for equal names, and at most the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b)
        expect(distance).toBe(editDistance(b, a))
        expect(distance === 0).toBe(a === b)
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })
})

describe('similar names', () => {
  const names = ['layers.0.attention.wq', 'layers.0.attention.wk', 'layers.1.attention.wq', 'norm']

  it('ranks the nearest first', () => {
    expect(similarNames('layers.0.atention.wq', names)[0]).toBe('layers.0.attention.wq')
    expect(similarNames('layers.0.atention.wq', names)).toHaveLength(3)
  })

  it('offers nothing for a name that resembles none, or is absurdly long', () => {
    expect(similarNames('zzzzzzzz', names)).toEqual([])
    expect(similarNames('layers'.repeat(1000), names)).toEqual([])
  })
})
