import { Script } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../common/input-error.js'
import { parseChipConfig } from '../../compiler/chip-config.js'
import { tokenCycles } from '../../compiler/schedule.js'
import { tokenTimeline } from '../../compiler/timeline.js'
import { buildChip } from '../chip/build-chip.js'
import { planChip } from '../chip/plan-chip.js'
import { smallModel } from '../chip/testing/small-model.js'
import { axisTicks } from './axis.js'
import { timelineHtml } from './html.js'
import { gutter } from './panel.js'
import { timelineSvg } from './svg.js'
import { checkTimelineFile, checkTimelinePosition } from './write-timeline.js'

const config = parseChipConfig({ rom: 'table', lanes: 8, lUnits: 4, group: 32 })
const { schedule } = buildChip(config, smallModel(config))
const timeline = tokenTimeline(schedule, 4)

describe('a token in rows', () => {
  test('sweeps and idle cycles fill the row of the ROM ports, sections the token', () => {
    const { spans, idle } = timeline.rows[0]!
    const stretches = [...spans, ...idle!].sort((a, b) => a.start - b.start)
    expect(timeline.cycles).toBe(tokenCycles(schedule, 4))
    for (const parts of [stretches, timeline.sections]) {
      expect(parts.map(({ start }) => start)).toEqual([
        0,
        ...parts.slice(0, -1).map(({ end }) => end),
      ])
      expect(parts.at(-1)!.end).toBe(timeline.cycles)
    }
  })

  test('every activity has a row', () => {
    const drawn = timeline.rows.flatMap(({ spans }) => spans.map(({ name }) => name))
    const all = schedule.activities.filter(({ unit }) => unit !== 'attention')
    expect(drawn.sort()).toEqual(all.map(({ name }) => name).sort())
  })

  test('a chip with adapters has a row for the sweeps of their A units, and no other chip has one', () => {
    expect(timeline.rows.map(({ unit }) => unit)).not.toContain('adapters')
    const config = parseChipConfig({ lUnits: 4, lanes: 8, group: 32, adapter: { rank: 8 } })
    const adapted = tokenTimeline(planChip(config, smallModel(config)).schedule, 0)
    const { spans } = adapted.rows.find(({ unit }) => unit === 'adapters')!
    expect(spans.map(({ phase }) => phase)).toEqual([
      ...['kqv', 'wo', 'w13', 'w2'],
      ...['kqv', 'wo', 'w13', 'w2'],
    ])
  })

  test('the controller counts earlier positions between its instructions', () => {
    expect(timeline.counting).toHaveLength(2)
    for (const { start, end } of timeline.counting) {
      expect(end - start).toBe((4 * schedule.cyclesPerPosition) / 2)
      expect(timeline.ticks.filter(({ cycle }) => cycle >= start && cycle < end)).toEqual([])
    }
  })
})

/** Marks of a picture: the cycles that they stand for, and where their rectangles lie. */
function marksOf(text: string) {
  const mark =
    /data-start="(\d+)" data-end="(\d+)"><title>[^<]+<\/title><rect class="([\w-]+)" x="([\d.-]+)" y="[\d.]+" width="([\d.]+)"/g
  return [...text.matchAll(mark)].map(([, start, end, className, x, width]) => ({
    start: Number(start),
    end: Number(end),
    className: className!,
    x: Number(x),
    width: Number(width),
  }))
}

test('rectangles lie where their cycles are', () => {
  const svg = timelineSvg(timeline)
  const marks = marksOf(svg.slice(0, svg.indexOf('enlarged')))
  const scale = (1560 - gutter) / timeline.cycles
  expect(marks.length).toBeGreaterThan(50)
  for (const { start, end, x, width } of marks) {
    expect(x).toBeCloseTo(gutter + start * scale, 1)
    expect(width).toBeCloseTo(Math.max(0.75, (end - start) * scale), 1)
  }
  const spans = timeline.rows.flatMap((row) => row.spans)
  for (const { start, end, phase } of spans) {
    expect(marks).toContainEqual(expect.objectContaining({ start, end, className: phase }))
  }
})

test('pictures are well formed, and a page loads nothing', () => {
  const html = timelineHtml(timeline)
  const [page, script] = html.split(/<script>|<\/script>/)
  for (const text of [timelineSvg(timeline), page!.slice(page!.indexOf('<body>') + 6)]) {
    const open: string[] = []
    for (const [, closes, name, ends] of text.matchAll(/<(\/?)([a-zA-Z]\w*)[^>]*?(\/?)>/g)) {
      if (closes === '/') expect(open.pop()).toBe(name)
      else if (ends !== '/') open.push(name!)
    }
    expect(open).toEqual([])
  }
  expect(() => new Script(script!)).not.toThrow()
  expect(html).not.toMatch(/\b(src|href|import|fetch|url\(http)/)
})

test.each([
  [0, 2753, 1400, [0, 200, 400]],
  [0, 30, 1400, [0, 2, 4]],
  [1187, 1850, 1400, [1200, 1250, 1300]],
])('ticks from %i to %i on %i pixels', (from, to, pixels, first) => {
  expect(axisTicks(from, to, pixels).slice(0, 3)).toEqual(first)
})

test('another kind of file and a position beyond the cache are refused', () => {
  expect(() => checkTimelineFile('a.png')).toThrow(InputError)
  expect(() => checkTimelineFile('a.svg')).not.toThrow()
  expect(() => checkTimelinePosition(6, 6)).toThrow(InputError)
  expect(() => checkTimelinePosition(5, 6)).not.toThrow()
})
