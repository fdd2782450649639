import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PriorityQueue } from './priority-queue.js'

it('gives what is left in order, whatever was pushed and popped before', () => {
  const operation = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant('pop' as const))
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const queue = new PriorityQueue<number>((a, b) => a - b)
      let expected: number[] = []
      for (const operation of operations) {
        if (operation === 'pop') {
          expect(queue.pop()).toBe(expected[0])
          expected = expected.slice(1)
        } else {
          queue.push(operation)
          expected = [...expected, operation].sort((a, b) => a - b)
        }
      }
      for (const entry of [...expected, undefined]) expect(queue.pop()).toBe(entry)
    }),
  )
})
