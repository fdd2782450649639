import { expect, test } from 'vitest'
import type { Activity, Need } from './activity.js'
import type { Schedule } from './schedule.js'
import { tokenReport } from './token-report.js'

function need(from: string, through: string, left: number, ready: number, start = ready): Need {
  return { from, through, left, ready, start }
}

/** One layer of two sweeps with an attention between them, and a head. */
const activities: readonly Activity[] = [
  { unit: 'vector', name: 'embedding', issued: 0, start: 0, end: 8, needs: [] },
  {
    unit: 'sweep',
    name: 'layers.0.kqv',
    issued: 10,
    start: 10,
    end: 30,
    romCycles: 16,
    needs: [
      need('start', 'ROM ports', 0, 0),
      need('embedding', 'align unit', 7, 10),
      need('embedding', 'align unit', 8, 14, 9),
    ],
  },
  {
    unit: 'vector',
    name: 'layers.0.value',
    issued: 26,
    start: 26,
    end: 35,
    needs: [
      need('layers.0.kqv', 'L-Unit pipeline', 29, 34, 26),
      need('embedding', 'factor', 8, 20),
    ],
  },
  {
    unit: 'attention',
    name: 'layers.0.attention',
    issued: 38,
    start: 38,
    end: 51,
    needs: [need('layers.0.value', 'rotation', 35, 40, 38)],
  },
  {
    unit: 'sweep',
    name: 'layers.0.wo',
    issued: 57,
    start: 57,
    end: 67,
    romCycles: 10,
    needs: [need('layers.0.attention', 'align unit', 50, 56)],
  },
  {
    unit: 'sweep',
    name: 'head',
    issued: 67,
    start: 67,
    end: 97,
    romCycles: 30,
    needs: [need('layers.0.wo', 'ROM ports', 67, 67)],
  },
  {
    unit: 'vector',
    name: 'logits',
    issued: 90,
    start: 90,
    end: 99,
    needs: [need('head', 'L-Unit pipeline', 96, 98, 90)],
  },
]
const schedule = { activities, cycles: 104, cyclesPerPosition: 4 } as unknown as Schedule

test('the phases fill the token, and the waits of each are its critical path', () => {
  const { cycles, romPortBusy, idleCyclesPerLayer, phases } = tokenReport(schedule)
  expect(cycles).toBe(104)
  expect(romPortBusy).toBeCloseTo(56 / 104, 12)
  // 27 cycles before wo, none before the head, four pauses in kqv.
  expect(idleCyclesPerLayer).toBe(31)
  expect(phases.map(({ name, start, cycles, waits }) => [name, start, cycles, waits])).toEqual([
    ['layers.0.kqv', 0, 30, 10],
    ['layers.0.wo', 30, 37, 27],
    ['head', 67, 30, 0],
    ['token', 97, 7, 7],
  ])
  const waits = (name: string) =>
    phases
      .find((phase) => phase.name === name)!
      .waitsFor.map(({ what, cycles }) => `${what} ${cycles}`)
  expect(waits('layers.0.kqv')).toEqual(['embedding 7', 'align unit 3'])
  expect(waits('layers.0.wo')).toEqual([
    'L-Unit pipeline 4',
    'layers.0.value 1',
    'rotation 5',
    'layers.0.attention 10',
    'align unit 6',
    'program slot 1',
  ])
  expect(waits('head')).toEqual([])
  expect(waits('token')).toEqual(['L-Unit pipeline 1', 'logits 1', 'token choice 5'])
})

test('earlier positions make the wait for attention longer, nothing else', () => {
  const empty = tokenReport(schedule)
  const filled = tokenReport(schedule, 10)
  expect(filled.cycles).toBe(empty.cycles + 40)
  const difference = filled.phases.map(({ waits }, i) => waits - empty.phases[i]!.waits)
  expect(difference).toEqual([0, 40, 0, 0])
  expect(filled.phases[1]!.waitsFor).toContainEqual({ what: 'layers.0.attention', cycles: 50 })
  expect(filled.phases.map(({ start }) => start)).toEqual([0, 30, 107, 137])
})
