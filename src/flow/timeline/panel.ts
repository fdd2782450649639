import type { Idle, PhaseKind, Span, Timeline } from '../../compiler/timeline.js'
import { axisTicks } from './axis.js'

/** Colours of the phases, apart for most kinds of colour blindness. */
export const phaseColours: Readonly<Record<PhaseKind, string>> = {
  embedding: '#7f8794',
  kqv: '#3b76b0',
  attention: '#8e5ea2',
  wo: '#2a9d9a',
  w13: '#e0851d',
  w2: '#4f9a3f',
  head: '#c8475f',
}

export const style = `
text { font-family: Inter, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; font-size: 11px; fill: #2b303b }
.title { font-size: 17px; font-weight: 600 }
.subtitle { font-size: 13px; font-weight: 600 }
.note { fill: #667085 }
.unit { font-weight: 600 }
.row { fill: #667085; text-anchor: end }
.section { font-weight: 600; fill: #667085; text-anchor: middle }
.tick { fill: #667085; text-anchor: middle }
.inside { fill: #fff; font-size: 10px; text-anchor: middle; pointer-events: none }
.idle-cycles { fill: #b42318; font-size: 10px; text-anchor: middle; pointer-events: none }
.grid { stroke: #d9dde3; stroke-width: 1 }
.none { fill: none; pointer-events: all; cursor: zoom-in }
.border { stroke: #aab1bd; stroke-width: 1 }
.even { fill: #f5f6f8 }
.odd { fill: #fff }
.idle { fill: #f04438; fill-opacity: 0.09 }
.idle-port { fill: url(#hatch); stroke: #f04438; stroke-opacity: 0.6; stroke-width: 0.5 }
.counting { fill: #c5cad3 }
.start { fill: #2b303b }
${Object.entries(phaseColours)
  .map(([phase, colour]) => `.${phase} { fill: ${colour}; stroke: #fff }`)
  .join('\n')}
`

export const definitions =
  '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  '<rect width="6" height="6" fill="#fff"/><rect width="1.5" height="6" fill="#f04438" fill-opacity="0.55"/>' +
  '</pattern></defs>'

const rowHeight = 17
const rowGap = 3
const unitGap = 9
const headerHeight = 20
const axisHeight = 34
/** Room for the names of units and rows. */
export const gutter = 200

export interface PanelView {
  /** Cycles that it shows. */
  readonly from: number
  readonly to: number
  readonly y: number
  /** Pixels of the gutter and the cycles. */
  readonly width: number
  /** Unique in the document. */
  readonly id: string
}

/** Rows of units over cycles, as SVG; every mark names its cycles in `data-start` and `data-end`. */
export function panel(timeline: Timeline, view: PanelView): { svg: string; height: number } {
  const { from, to, y: top, width, id } = view
  const scale = (width - gutter) / (to - from)
  const x = (cycle: number) => gutter + (cycle - from) * scale
  const visible = ({ start, end }: { start: number; end: number }) => end > from && start < to
  const marks: string[] = []
  const labels: string[] = []
  const mark = (
    { start, end }: { start: number; end: number },
    y: number,
    height: number,
    className: string,
    title: string,
    text?: { readonly content: string; readonly className: string },
  ) => {
    const shown = { start: Math.max(start, from), end: Math.min(end, to) }
    const wide = Math.max((end - start) * scale, 0.75)
    const middle = x((shown.start + shown.end) / 2)
    const fits = text !== undefined && (shown.end - shown.start) * scale > labelWidth(text.content)
    const label =
      text === undefined
        ? ''
        : `<text class="${text.className}" x="${round(middle)}" y="${y + height / 2 + 3.5}"` +
          `${fits ? '' : ' visibility="hidden"'}>${escaped(text.content)}</text>`
    marks.push(
      `<g class="mark" data-start="${start}" data-end="${end}"><title>${escaped(title)}</title>` +
        `<rect class="${className}" x="${round(x(start))}" y="${y}" width="${round(wide)}" height="${height}"` +
        `${className in phaseColours ? ` rx="1.5" stroke-width="${round(edgeWidth(wide))}"` : ''}/>${label}</g>`,
    )
  }

  let y = top + headerHeight
  const rowTops: number[] = []
  let unit = ''
  for (const row of [...timeline.rows, controllerRow]) {
    if (unit !== '' && row.unit !== unit) y += unitGap
    labels.push(
      ...(row.unit === unit
        ? []
        : [`<text class="unit" x="0" y="${y + 12.5}">${escaped(row.unit)}</text>`]),
      `<text class="row" x="${gutter - 10}" y="${y + 12.5}">${escaped(row.label)}</text>`,
    )
    unit = row.unit
    rowTops.push(y)
    y += rowHeight + rowGap
  }
  const bottom = y + 2
  const plotTop = top + headerHeight - 4

  for (const [i, section] of timeline.sections.entries()) {
    if (!visible(section)) continue
    const title = `${section.label}: cycles ${range(section)}, ${section.end - section.start} cycles`
    mark(section, plotTop, bottom - plotTop, i % 2 === 0 ? 'even' : 'odd', title)
    mark(section, top, headerHeight - 5, 'none', title, {
      content: sectionLabel(section, scale),
      className: 'section',
    })
  }
  const idle = timeline.rows.flatMap((row) => row.idle ?? []).filter(visible)
  for (const span of idle) mark(span, plotTop, bottom - plotTop, 'idle', idleTitle(span))
  const background = marks.splice(0)
  const grid = axisTicks(from, to, width - gutter)
    .map(
      (tick) =>
        `<line class="grid" x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${plotTop}" y2="${bottom}"/>` +
        `<text class="tick" x="${round(x(tick))}" y="${bottom + 15}">${tick.toLocaleString('en')}</text>`,
    )
    .join('')
  for (const [i, row] of timeline.rows.entries()) {
    const rowTop = rowTops[i]!
    for (const span of (row.idle ?? []).filter(visible)) {
      mark(span, rowTop, rowHeight, 'idle-port', idleTitle(span), {
        content: `${span.end - span.start}`,
        className: 'idle-cycles',
      })
    }
    for (const span of row.spans.filter(visible)) {
      mark(span, rowTop, rowHeight, span.phase, spanTitle(row.label, span), {
        content: shortName(span.name),
        className: 'inside',
      })
    }
  }
  const controllerTop = rowTops.at(-1)!
  for (const span of timeline.counting.filter(visible)) {
    const title = `waits for earlier positions: cycles ${range(span)}, ${span.end - span.start} cycles`
    mark(span, controllerTop + 4, rowHeight - 8, 'counting', title)
  }
  for (const { cycle, starts } of timeline.ticks) {
    const span = { start: cycle, end: cycle + 1 }
    if (visible(span)) mark(span, controllerTop, rowHeight, 'start', `${starts}: cycle ${cycle}`)
  }

  const svg =
    `<clipPath id="${id}-cycles"><rect x="${gutter}" y="${top}" width="${width - gutter}" height="${bottom - top + axisHeight}"/></clipPath>` +
    `<g class="labels">${labels.join('')}</g>` +
    `<g clip-path="url(#${id}-cycles)">${background.join('\n')}</g>` +
    `<g class="axis" data-top="${plotTop}" data-bottom="${bottom}">${grid}</g>` +
    `<g clip-path="url(#${id}-cycles)">${marks.join('\n')}</g>` +
    `<rect class="border" fill="none" x="${gutter}" y="${plotTop}" width="${width - gutter}" height="${bottom - plotTop}"/>` +
    `<text class="note" x="${gutter - 28}" y="${bottom + 15}" text-anchor="end">cycle</text>`
  return { svg, height: bottom - top + axisHeight }
}

const controllerRow = { unit: 'controller', label: 'instructions', spans: [] }

/** Swatches of the phases, and of the ROM ports' idle cycles. */
export function legend(y: number, phases: Readonly<Record<PhaseKind, string>>): string {
  const entries = [
    ...Object.entries(phases).map(([phase, label]) => [phase, label] as const),
    ['idle-port', 'ROM ports idle (cycles)'] as const,
    ['counting', 'controller waits for earlier positions'] as const,
  ]
  let x = gutter
  return entries
    .map(([className, label]) => {
      const entry =
        `<rect class="${className}" x="${x}" y="${y}" width="14" height="11" rx="1.5"/>` +
        `<text x="${x + 20}" y="${y + 9.5}">${escaped(label)}</text>`
      x += 38 + 5.7 * label.length
      return entry
    })
    .join('')
}

function spanTitle(label: string, span: Span): string {
  return `${span.name} (${label}): cycles ${range(span)}, ${span.end - span.start} cycles`
}

function idleTitle({ start, end, before, waitsFor }: Idle): string {
  const chain = waitsFor.map(({ what, cycles }) => `${what} ${cycles}`).join(', ')
  return `${before} waits ${end - start} cycles, ${range({ start, end })}: ${chain}`
}

function range({ start, end }: { start: number; end: number }): string {
  return `${start} to ${end - 1}`
}

/** Without layer and row: `wo` of `layers.3.wo results`. */
function shortName(name: string): string {
  return name
    .replace(/^layers\.\d+\./, '')
    .replace(/^attention (?=residual|scores|softmax|mix)/, '')
    .replace(/ (results|cached|aligned)$/, '')
}

/** Pixels of the edge that keeps neighbours apart and leaves narrow marks their colour. */
export function edgeWidth(width: number): number {
  return Math.min(0.75, width / 8)
}

/** `layer 3`, or `3` where there is no room for more. */
function sectionLabel(
  { label, start, end }: { label: string; start: number; end: number },
  scale: number,
): string {
  return (end - start) * scale > labelWidth(label) ? label : label.replace('layer ', '')
}

/** Pixels that a label takes at the most. */
export function labelWidth(text: string): number {
  return 5.8 * text.length + 4
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
