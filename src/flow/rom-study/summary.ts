import { transistorsOfNand2 } from '../../synth/index.js'
import type { BankRow, LibraryRow, Point, RomStudyReport } from './report.js'

/** Constructions that are published: conventional tables, TOM's sums of ones, ROMA's B-ROM in any block size. */
export function isPublished(construction: string): boolean {
  return /^(table|sum-of-ones|brom:\d)$/.test(construction)
}

/** Area per bit of a bank's two lines of reference. */
export interface ReferenceLines {
  /** One transistor a bit, without decoder and sense amplifier. */
  readonly maskRom: number
  /** The counting bound. */
  readonly bound: number
}

/**
 * In a library a transistor counts as a quarter of its two-input NAND, so that the lines are for orientation there;
 * undefined for one without.
 */
export function referenceLines(bank: BankRow, library: LibraryRow): ReferenceLines | undefined {
  const { unit, nand2Area } = library
  if (unit === 'um2' && nand2Area === undefined) return undefined
  const transistor = nand2Area === undefined ? 1 : nand2Area / transistorsOfNand2
  return {
    maskRom: (transistor * bank.maskRomTransistors) / bank.bits,
    bound: (transistor * bank.boundTransistors) / bank.bits,
  }
}

/** The points of a bank in a library, in the order of the constructions. */
export function pointsOf(
  report: RomStudyReport,
  bank: BankRow,
  library: LibraryRow,
): readonly Point[] {
  return report.points.filter(
    (point) =>
      point.bank === bank.name &&
      point.words === bank.words &&
      point.width === bank.width &&
      point.library === library.name,
  )
}

/** The smallest of some points that ended; undefined when none did. */
export function smallest(points: readonly Point[]): Point | undefined {
  return points
    .filter(({ figures }) => figures !== undefined)
    .reduce<Point | undefined>(
      (best, point) =>
        best === undefined || point.figures!.area < best.figures!.area ? point : best,
      undefined,
    )
}

export interface TextTable {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function unitName({ unit }: LibraryRow): string {
  return unit === 'um2' ? 'µm²' : 'transistors'
}

/** Area per bit in one library: a row a bank, a column a construction, the smallest marked. */
export function areaTable(report: RomStudyReport, library: LibraryRow): TextTable {
  const { constructions, limit } = report
  const hasOwn = constructions.some((name) => !isPublished(name))
  const rows = report.banks.map((bank) => {
    const points = pointsOf(report, bank, library)
    const best = smallest(points)
    const published = smallest(points.filter(({ construction }) => isPublished(construction)))
    const lines = referenceLines(bank, library)
    return [
      bank.name,
      `${bank.words} x ${bank.width}`,
      ...points.map((point) => {
        if (point.figures === undefined) return `> ${limit} s`
        const { areaPerBit, proved } = point.figures
        return `${areaPerBit.toPrecision(3)}${point === best ? ' *' : ''}${proved ? '' : ' WRONG'}`
      }),
      ...(hasOwn ? [ratio(best, published)] : []),
      lines?.maskRom.toPrecision(3) ?? '',
      lines?.bound.toPrecision(3) ?? '',
    ]
  })
  return {
    title: `${library.name}: ${unitName(library)} per bit`,
    head: [
      'bank',
      'words x bits',
      ...constructions,
      ...(hasOwn ? ['best / published'] : []),
      'mask-ROM cell',
      'counting bound',
    ],
    rows,
  }
}

function ratio(best: Point | undefined, published: Point | undefined): string {
  if (best?.figures === undefined || published?.figures === undefined) return ''
  return (best.figures.area / published.figures.area).toFixed(3)
}

/** Every figure of one library. */
export function figureTable(report: RomStudyReport, library: LibraryRow): TextTable {
  const isGeneric = library.unit === 'transistors'
  const rows = report.banks.flatMap((bank) =>
    pointsOf(report, bank, library).map(({ construction, figures }) => {
      const place = [bank.name, `${bank.words} x ${bank.width}`, construction]
      if (figures === undefined) return [...place, `not within ${report.limit} s`]
      const { cells, area, nand2, areaPerBit, areaPerWeight, levels, delay, seconds } = figures
      return [
        ...place,
        area.toFixed(isGeneric ? 0 : 1),
        nand2?.toFixed(0) ?? '',
        areaPerBit.toPrecision(3),
        areaPerWeight?.toPrecision(3) ?? '',
        String(cells),
        isGeneric ? String(levels) : (delay?.toFixed(0) ?? ''),
        seconds.toFixed(1),
        figures.proved ? 'yes' : 'NO',
      ]
    }),
  )
  return {
    title: `${library.name}: all figures`,
    head: [
      'bank',
      'words x bits',
      'construction',
      unitName(library),
      'NAND2',
      'per bit',
      'per weight',
      'cells',
      isGeneric ? 'gates deep' : 'delay, ps',
      'seconds',
      'proved',
    ],
    rows,
  }
}
