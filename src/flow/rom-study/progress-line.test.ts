import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProgressLine } from './progress-line.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('points that were known say nothing about the time that is left', () => {
  const line = new ProgressLine(8)
  expect(line.text).toBe(`${'░'.repeat(24)} 0 of 8 points, 0 known`)
  line.count(true)
  line.count(true)
  expect(line.text).toBe(`${'█'.repeat(6)}${'░'.repeat(18)} 2 of 8 points, 2 known`)
  vi.advanceTimersByTime(90_000)
  line.count(false)
  expect(line.text).toMatch(/ 3 of 8 points, 2 known, about 8 min left$/)
})
