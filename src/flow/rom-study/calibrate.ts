import { countRom, type RomCounts, type Terms } from '../../../generators/rom/counts/index.js'
import type { RomContents } from '../../hdl/index.js'
import { nonNegativeFit } from '../rom-choice/non-negative-fit.js'
import { type LibraryCosts, libertyHash, type RomCosts } from '../rom-choice/rom-costs.js'
import { type Bank, bankTitle } from './banks.js'
import type { StudyLibrary } from './libraries.js'
import type { Figures, RomStudyReport } from './report.js'

/** Digits of a cost; more would say what the banks do not. */
const digits = 4

interface Sample {
  readonly counts: RomCounts
  readonly figures: Figures
}

/**
 * Costs of every construction's parts in every library, fitted to the points of a study: least squares of the relative
 * error of each area and each longest path. Those of paths are then raised until no path of the study is longer.
 */
export function calibrateRomCosts(
  banks: readonly Bank[],
  libraries: readonly StudyLibrary[],
  report: RomStudyReport,
): RomCosts {
  return {
    format: 'romulus-rom-costs-1',
    yosys: report.yosys,
    abcScript: report.abcScript,
    banks: banks.map(bankTitle),
    libraries: libraries.map(({ name, liberty }): LibraryCosts => {
      const policies = report.constructions.map((construction) => {
        const samples = samplesOf(banks, report, construction, name)
        const areas = samples.map(({ counts, figures }) => [counts.area, figures.area] as const)
        const paths = samples.map(({ counts: { path, load }, figures }) =>
          liberty === undefined
            ? ([path, figures.levels ?? 0] as const)
            : ([{ ...path, ...load }, figures.delay ?? 0] as const),
        )
        return [construction, { area: fitted(areas), path: upperBound(paths) }] as const
      })
      return {
        name,
        ...(liberty && { liberty: libertyHash(liberty) }),
        policies: Object.fromEntries(policies),
      }
    }),
  }
}

function samplesOf(
  banks: readonly Bank[],
  { points }: RomStudyReport,
  construction: string,
  library: string,
): Sample[] {
  const contentsOf = new Map<string, RomContents>(
    banks.map(({ source, contents }) => [
      `${source.name} ${contents.depth} ${contents.width}`,
      contents,
    ]),
  )
  return points.flatMap((point) => {
    const { figures, bank, words, width } = point
    if (point.construction !== construction || point.library !== library) return []
    if (figures === undefined) return []
    const contents = contentsOf.get(`${bank} ${words} ${width}`)!
    return [{ counts: countRom(construction, contents), figures }]
  })
}

type Samples = readonly (readonly [counts: Terms, value: number])[]

function fitted(samples: Samples): Record<string, number> {
  const used = samples.filter(([, value]) => value > 0)
  const names = [...new Set(used.flatMap(([counts]) => Object.keys(counts)))]
  const rows = used.map(([counts, value]) => names.map((name) => (counts[name] ?? 0) / value))
  const costs = nonNegativeFit(
    rows,
    used.map(() => 1),
  )
  return Object.fromEntries(
    names.flatMap((name, i) => (costs[i] === 0 ? [] : [[name, rounded(costs[i]!, Math.round)]])),
  )
}

function upperBound(samples: Samples): Record<string, number> {
  const costs = fitted(samples)
  const estimate = (counts: Terms) =>
    Object.entries(costs).reduce((sum, [name, cost]) => sum + cost * (counts[name] ?? 0), 0)
  const ratios = samples
    .filter(([, value]) => value > 0)
    .map(([counts, value]) => value / estimate(counts))
  const factor = Math.max(1, ...ratios)
  return Object.fromEntries(
    Object.entries(costs).map(([name, cost]) => [name, rounded(cost * factor, Math.ceil)]),
  )
}

function rounded(value: number, round: (scaled: number) => number): number {
  const scale = 10 ** (digits - 1 - Math.floor(Math.log10(value)))
  return Number((round(value * scale) / scale).toPrecision(digits))
}
