import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/common/input-error.js'
import { blockRows, groupBeats, sweepGroups } from '../../src/compiler/sweep-order.js'
import { tileCycles } from './cycles.js'
import { lUnitParameters, lUnitStages, pipelineOfDepth } from './parameters.js'
import { accumulatorLatency, lUnitOrder, lUnitTiming } from './schedule.js'

const anyShape = fc.record({
  rows: fc.integer({ min: 1, max: 70 }),
  columns: fc.integer({ min: 1, max: 300 }),
  lanes: fc.constantFrom(1, 4, 16, 32),
  depth: fc.integer({ min: 0, max: 10 }),
})

/** Clock edge of the last beat of each row and group, pauses of short blocks included. */
function endTimes(parameters: ReturnType<typeof lUnitParameters>, rows: number, columns: number) {
  const order = lUnitOrder(parameters, rows, columns)
  const ends: { row: number; group: number; end: number }[] = []
  let time = 0
  let firstRow = 0
  for (let block = 0; block < order.blocks; block++) {
    const count = blockRows(order, block)
    for (let group = 0; group < order.groups; group++) {
      for (let turn = 0; turn < Math.max(count, order.leastTurns); turn++) {
        time += groupBeats(order, group)
        if (turn < count) ends.push({ row: firstRow + turn, group, end: time - 1 })
      }
    }
    firstRow += count
  }
  return { order, ends, time }
}

describe('the order of rows and groups', () => {
  test('takes every row and group once, and leaves accumulators time for their addition', () => {
    fc.assert(
      fc.property(anyShape, ({ rows, columns, lanes, depth }) => {
        const parameters = lUnitParameters({ group: 32, lanes, pipeline: pipelineOfDepth(depth) })
        const { order, ends } = endTimes(parameters, rows, columns)
        expect(ends.map(({ row, group }) => ({ row, group }))).toEqual(
          [...sweepGroups(order)].map(({ row, group }) => ({ row, group })),
        )
        expect(new Set(ends.map(({ row, group }) => `${row} ${group}`)).size).toBe(
          rows * order.groups,
        )
        const before = new Map<number, number>()
        for (const { row, end } of ends) {
          const distance = end - (before.get(row) ?? -Infinity)
          expect(distance).toBeGreaterThanOrEqual(accumulatorLatency(parameters))
          before.set(row, end)
        }
      }),
    )
  })

  test('pauses only when there are fewer rows than the latency asks for', () => {
    fc.assert(
      fc.property(anyShape, ({ rows, columns, lanes, depth }) => {
        const parameters = lUnitParameters({ group: 32, lanes, pipeline: pipelineOfDepth(depth) })
        const { order, time } = endTimes(parameters, rows, columns)
        const cycles = tileCycles(parameters, { rows, columns, units: 1 })
        expect(cycles.run).toBe(time)
        expect(cycles.busyWhileRunning === 1).toBe(rows >= order.leastTurns)
      }),
    )
  })
})

describe('timing', () => {
  test('no input is wanted before its sequencer or memory can give it', () => {
    for (let mask = 0; mask < 2 ** lUnitStages.length; mask++) {
      const pipeline = lUnitStages.filter((_, i) => (mask >> i) & 1)
      const timing = lUnitTiming(lUnitParameters({ pipeline }))
      for (const edge of Object.values(timing)) expect(edge).toBeGreaterThanOrEqual(0)
      for (const fromMemory of [timing.activation, timing.negatedSum, timing.exponent]) {
        expect(fromMemory).toBeGreaterThanOrEqual(1)
      }
    }
  })
})

describe('parameters', () => {
  test.each([
    { bits: 3 },
    { group: 48 },
    { lanes: 24 },
    { lanes: 0 },
    { mantissaBits: 9 },
    { mantissaBits: 17 },
  ])('%j is refused', (given) => {
    expect(() => lUnitParameters(given as never)).toThrow(InputError)
  })

  test('pipelines by depth have that many registers, each one of the stages', () => {
    for (let depth = 0; depth <= lUnitStages.length; depth++) {
      expect(new Set(pipelineOfDepth(depth)).size).toBe(depth)
    }
    expect(() => pipelineOfDepth(11)).toThrow(InputError)
  })
})
