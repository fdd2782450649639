import { phaseKinds, type Timeline } from '../../compiler/timeline.js'
import { axisTicks } from './axis.js'
import {
  definitions,
  edgeWidth,
  escaped,
  gutter,
  labelWidth,
  legend,
  panel,
  style,
} from './panel.js'
import { timelineTitle } from './svg.js'

const width = 1600

/** One token as a page without any other files: the wheel enlarges, dragging moves, a tooltip explains. */
export function timelineHtml(timeline: Timeline): string {
  const { cycles } = timeline
  const title = escaped(timelineTitle(timeline))
  const { svg, height } = panel(timeline, { from: 0, to: cycles, y: 40, width, id: 'token' })
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<style>${style}${pageStyle}</style>
</head>
<body>
<h1>${title}</h1>
<p>Wheel: enlarge. Drag: move. Double click: all of the token. Click a layer: only that layer.</p>
<svg id="timeline" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + 8} ${height + 44}">
${definitions}
${legend(8, phaseKinds)}
${svg}
</svg>
<div id="tooltip" hidden></div>
<script>
${axisTicks.toString()}
${labelWidth.toString()}
${edgeWidth.toString()}
(${zoom.toString()})(${JSON.stringify({ cycles, gutter, width })}, axisTicks, labelWidth, edgeWidth)
</script>
</body>
</html>
`
}

const pageStyle = `
body { margin: 24px; font-family: Inter, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; color: #2b303b }
h1 { font-size: 19px; font-weight: 600; margin: 0 0 4px }
p { font-size: 13px; color: #667085; margin: 0 0 8px }
svg { width: 100%; user-select: none; cursor: grab }
.mark:hover rect:not(.even, .odd, .idle, .none) { stroke: #2b303b; stroke-width: 1.25 }
#tooltip { position: fixed; max-width: 420px; padding: 6px 9px; border-radius: 5px; background: #1d2433; color: #fff;
  font-size: 12px; line-height: 1.45; pointer-events: none; box-shadow: 0 2px 8px rgb(0 0 0 / 0.25) }
`

/** What of a browser's page the script uses. */
interface Page {
  readonly document: {
    getElementById(id: string): PageElement
    querySelectorAll(selector: string): Iterable<PageElement>
    querySelector(selector: string): PageElement
  }
  addEventListener(type: string, listener: (event: PagePointer) => void): void
  readonly innerWidth: number
}

interface PageElement {
  readonly dataset: Record<string, string>
  readonly style: Record<string, string>
  innerHTML: string
  textContent: string
  hidden: boolean
  querySelector(selector: string): PageElement | null
  closest(selector: string): PageElement | null
  remove(): void
  setAttribute(name: string, value: string | number): void
  getBoundingClientRect(): { readonly left: number; readonly width: number }
  addEventListener(type: string, listener: (event: PagePointer) => void, options?: object): void
}

interface PagePointer {
  readonly clientX: number
  readonly clientY: number
  readonly deltaY: number
  readonly buttons: number
  readonly target: PageElement
  preventDefault(): void
}

/** The page's script, self-contained: it moves the marks of the panel to the cycles that are shown. */
function zoom(
  { cycles, gutter: left, width: right }: { cycles: number; gutter: number; width: number },
  ticksOf: typeof axisTicks,
  labelWidthOf: typeof labelWidth,
  edgeWidthOf: typeof edgeWidth,
): void {
  const page = globalThis as unknown as Page
  const svg = page.document.getElementById('timeline')
  const axis = page.document.querySelector('.axis')
  const tooltip = page.document.getElementById('tooltip')
  const marks = [...page.document.querySelectorAll('.mark')].map((element) => {
    const title = element.querySelector('title')!
    const text = title.textContent
    title.remove()
    element.dataset.title = text
    return {
      start: Number(element.dataset.start),
      end: Number(element.dataset.end),
      element,
      rect: element.querySelector('rect')!,
      label: element.querySelector('text'),
    }
  })
  let from = 0
  let to = cycles
  const draw = () => {
    const scale = (right - left) / (to - from)
    const x = (cycle: number) => left + (cycle - from) * scale
    for (const { start, end, element, rect, label } of marks) {
      const shownStart = Math.max(start, from)
      const shownEnd = Math.min(end, to)
      const isShown = shownEnd > shownStart
      element.style.display = isShown ? '' : 'none'
      if (!isShown) continue
      rect.setAttribute('x', x(start))
      const width = Math.max(0.75, (end - start) * scale)
      rect.setAttribute('width', width)
      rect.setAttribute('stroke-width', edgeWidthOf(width))
      if (label === null) continue
      const fits = (shownEnd - shownStart) * scale > labelWidthOf(label.textContent)
      label.setAttribute('x', x((shownStart + shownEnd) / 2))
      label.setAttribute('visibility', fits ? 'visible' : 'hidden')
    }
    const { top, bottom } = axis.dataset
    axis.innerHTML = ticksOf(from, to, right - left)
      .map(
        (tick) =>
          `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${bottom}"/>` +
          `<text class="tick" x="${x(tick)}" y="${Number(bottom) + 15}">${tick.toLocaleString('en')}</text>`,
      )
      .join('')
  }
  const show = (start: number, length: number) => {
    const shown = Math.max(10, Math.min(cycles, length))
    from = Math.max(0, Math.min(cycles - shown, start))
    to = from + shown
    draw()
  }
  const cycleAt = (clientX: number) => {
    const box = svg.getBoundingClientRect()
    const pixel = ((clientX - box.left) * (right + 8)) / box.width
    return from + ((pixel - left) * (to - from)) / (right - left)
  }
  svg.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const at = cycleAt(event.clientX)
      const factor = 1.0015 ** event.deltaY
      show(at - (at - from) * factor, (to - from) * factor)
    },
    { passive: false },
  )
  let held: number | undefined
  let moved = false
  svg.addEventListener('pointerdown', (event) => {
    held = cycleAt(event.clientX)
    moved = false
  })
  page.addEventListener('pointermove', (event) => {
    if (event.buttons === 0) held = undefined
    if (held !== undefined) {
      const distance = held - cycleAt(event.clientX)
      if (Math.abs(distance) * (right - left) > 3 * (to - from)) moved = true
      if (moved) show(from + distance, to - from)
    }
    const mark = event.target.closest?.('.mark') ?? null
    tooltip.hidden = mark === null || (held !== undefined && moved)
    if (mark === null) return
    tooltip.textContent = mark.dataset.title!
    tooltip.style.left = `${Math.min(event.clientX + 14, page.innerWidth - 440)}px`
    tooltip.style.top = `${event.clientY + 16}px`
  })
  svg.addEventListener('click', (event) => {
    const mark = event.target.closest('.mark')
    if (moved || mark?.querySelector('.none') == null) return
    show(Number(mark.dataset.start), Number(mark.dataset.end) - Number(mark.dataset.start))
  })
  svg.addEventListener('dblclick', () => show(0, cycles))
  draw()
}
