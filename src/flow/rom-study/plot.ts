import { axisTicks } from '../timeline/axis.js'
import { escaped, labelWidth } from '../timeline/panel.js'
import type { BankRow, LibraryRow, RomStudyReport } from './report.js'
import { isPublished, pointsOf, referenceLines, unitName } from './summary.js'

const panelWidth = 300
const panelHeight = 210
const plotWidth = 230
const plotHeight = 140
const plotLeft = 48
const plotTop = 26
const margin = 24
/** Panels in a row when all banks have one width. */
const panelsInRow = 4
const legendRowHeight = 18

const style = `
text { font-family: Inter, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; font-size: 11px; fill: #2b303b }
.title { font-size: 17px; font-weight: 600 }
.panel { font-weight: 600 }
.note { fill: #667085 }
.grid { stroke: #e4e7ec }
.border { fill: none; stroke: #aab1bd }
.construction { fill: none; stroke-width: 1.6 }
.reference { stroke: #2b303b; stroke-width: 1.3 }
.mask-rom { stroke-dasharray: 7 3 }
.bound { stroke-dasharray: 1.5 3 }
`

/** What the horizontal axis is: words, unless only the widths of the banks differ. */
type Axis = 'words' | 'width'

/**
 * Area per bit over the words of a bank, a panel for each bank and width, a line for each construction; over the width
 * where all banks have as many words.
 */
export function areaPlot(report: RomStudyReport, library: LibraryRow): string {
  const sizes = (axis: Axis) => new Set(report.banks.map((bank) => bank[axis])).size
  const axis = sizes('words') === 1 && sizes('width') > 1 ? 'width' : 'words'
  const panels = panelsOf(report.banks, axis)
  const panelsOfBank = sizes(otherAxis[axis])
  const inRow = panelsOfBank === 1 ? Math.min(panelsInRow, panels.length) : panelsOfBank
  const width = Math.max(2 * margin + inRow * panelWidth, 760)
  const entries = legendEntries(report, library)
  const entryWidth = 44 + Math.max(...entries.map(({ label }) => labelWidth(label)))
  const entriesInRow = Math.floor((width - 2 * margin) / entryWidth)
  const legendHeight = Math.ceil(entries.length / entriesInRow) * legendRowHeight
  const top = 72 + legendHeight
  const height = top + Math.ceil(panels.length / inRow) * panelHeight + margin
  const largest = Math.max(...valuesOf(report, library))
  const drawn = panels.map((banks, index) => {
    const x = margin + (index % inRow) * panelWidth
    const y = top + Math.floor(index / inRow) * panelHeight
    return `<g transform="translate(${x} ${y})">${panel(report, library, { banks, axis, largest })}</g>`
  })
  const legend = entries.map(({ label, mark }, index) => {
    const x = margin + (index % entriesInRow) * entryWidth
    const y = 64 + Math.floor(index / entriesInRow) * legendRowHeight
    return `<g transform="translate(${x} ${y})">${mark}<text x="28" y="4">${escaped(label)}</text></g>`
  })
  const note =
    library.unit === 'um2'
      ? '; reference lines: a quarter of the NAND2 a transistor, for orientation'
      : ''
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">\n` +
    `<style>${style}</style>\n<rect width="${width}" height="${height}" fill="#fff"/>\n` +
    `<text class="title" x="${margin}" y="30">${escaped(library.name)}: ${unitName(library)} per bit, before layout</text>\n` +
    `<text class="note" x="${margin}" y="47">over the ${axis} of a bank; ${escaped(report.yosys)}${note}</text>\n` +
    `${legend.join('\n')}\n${drawn.join('\n')}\n</svg>\n`
  )
}

const otherAxis = { words: 'width', width: 'words' } as const

/** Banks that differ along the axis alone, the smallest first. */
function panelsOf(banks: readonly BankRow[], axis: Axis): (readonly BankRow[])[] {
  const panels = new Map<string, BankRow[]>()
  for (const bank of banks) {
    const key = `${bank.name} ${bank[otherAxis[axis]]}`
    panels.set(key, [...(panels.get(key) ?? []), bank])
  }
  return [...panels.values()].map((some) => some.sort((a, b) => a[axis] - b[axis]))
}

function valuesOf(report: RomStudyReport, library: LibraryRow): number[] {
  return report.banks.flatMap((bank) => [
    ...pointsOf(report, bank, library).map(({ figures }) => figures?.areaPerBit ?? 0),
    referenceLines(bank, library)?.maskRom ?? 0,
  ])
}

function panel(
  report: RomStudyReport,
  library: LibraryRow,
  {
    banks,
    axis,
    largest,
  }: { readonly banks: readonly BankRow[]; readonly axis: Axis; readonly largest: number },
): string {
  const sizes = report.banks.map((bank) => Math.log2(bank[axis]))
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
  const x = (bank: BankRow) => {
    const position = most === least ? 0.5 : (Math.log2(bank[axis]) - least) / (most - least)
    return round(plotLeft + plotWidth * (0.06 + 0.88 * position))
  }
  const y = (value: number) => round(plotTop + plotHeight * (1 - value / (1.05 * largest)))
  const bottom = plotTop + plotHeight
  const grid = axisTicks(0, 1.05 * largest, plotHeight, 34, Number.MIN_VALUE).map(
    (tick) =>
      `<line class="grid" x1="${plotLeft}" x2="${plotLeft + plotWidth}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text class="note" text-anchor="end" x="${plotLeft - 6}" y="${y(tick) + 4}">${Number(tick.toPrecision(3))}</text>`,
  )
  const labels = banks.map(
    (bank) =>
      `<text class="note" text-anchor="middle" x="${x(bank)}" y="${bottom + 15}">${bank[axis]}</text>`,
  )
  const curves = [...coloursOf(report.constructions)].map(([construction, colour]) =>
    curve(
      `class="construction" stroke="${colour}"`,
      banks.flatMap((bank) => {
        const point = pointsOf(report, bank, library).find(
          (each) => each.construction === construction,
        )
        return point?.figures === undefined ? [] : [[x(bank), y(point.figures.areaPerBit)] as const]
      }),
      `<title>${escaped(construction)}</title>`,
      colour,
    ),
  )
  const references = (['maskRom', 'bound'] as const).map((kind) =>
    curve(
      `class="reference ${referenceClass[kind]}" fill="none"`,
      banks.flatMap((bank) => {
        const lines = referenceLines(bank, library)
        if (lines === undefined) return []
        const [at, value] = [x(bank), y(lines[kind])]
        // A line even where there is one depth.
        return [
          [at - 6, value],
          [at + 6, value],
        ] as const
      }),
      '',
    ),
  )
  const { name, width, words } = banks[0]!
  const size = axis === 'words' ? `${width} bits` : `${words} words`
  return (
    `<text class="panel" x="${plotLeft}" y="16">${escaped(name)}, ${size}</text>` +
    `${grid.join('')}${labels.join('')}` +
    `<rect class="border" x="${plotLeft}" y="${plotTop}" width="${plotWidth}" height="${plotHeight}"/>` +
    `${references.join('')}${curves.join('')}`
  )
}

/** A line with its title, and a dot at each point where a colour is given. */
function curve(
  attributes: string,
  points: readonly (readonly [number, number])[],
  title: string,
  dots?: string,
): string {
  const marks =
    dots === undefined
      ? []
      : points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.2" fill="${dots}"/>`)
  const path = points.map(([x, y]) => `${x},${y}`).join(' ')
  return `<g>${title}<polyline ${attributes} points="${path}"/>${marks.join('')}</g>`
}

const referenceClass = { maskRom: 'mask-rom', bound: 'bound' } as const

function legendEntries(report: RomStudyReport, library: LibraryRow) {
  const line = (attributes: string) => `<line x1="0" x2="22" y1="0" y2="0" ${attributes}/>`
  const constructions = [...coloursOf(report.constructions)].map(([label, colour]) => ({
    label,
    mark: line(`class="construction" stroke="${colour}"`),
  }))
  const hasReferences = library.unit === 'transistors' || library.nand2Area !== undefined
  const references = [
    { label: 'mask-ROM cell', mark: line('class="reference mask-rom"') },
    { label: 'counting bound', mark: line('class="reference bound"') },
  ]
  return [...constructions, ...(hasReferences ? references : [])]
}

/** Colours of the constructions that are not published. */
const ownColours = ['#c8475f', '#8e5ea2', '#4f9a3f', '#2a9d9a']

/** Blues for B-ROMs, darker with the block; the others apart from them. */
function coloursOf(constructions: readonly string[]): ReadonlyMap<string, string> {
  const own = constructions.filter((name) => !isPublished(name))
  return new Map(
    constructions.map((name) => {
      const block = /^brom:(\d)$/.exec(name)?.[1]
      if (block !== undefined) return [name, `hsl(212 70% ${78 - 6 * Number(block)}%)`]
      if (name === 'table') return [name, '#e0851d']
      if (name === 'sum-of-ones') return [name, '#7f8794']
      return [name, ownColours[own.indexOf(name) % ownColours.length]!]
    }),
  )
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
