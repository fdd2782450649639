import { estimateRom, type LibraryCosts, smallestRom } from '../rom-choice/rom-costs.js'
import type { Bank } from './banks.js'
import type { ChoiceRow, LibraryRow, RomStudyReport } from './report.js'
import { pointsOf, smallest } from './summary.js'

/** How the constructions that the costs choose compare with the smallest ones of a study; undefined without any. */
export function checkChoices(
  report: RomStudyReport,
  banks: readonly Bank[],
  library: LibraryRow,
  costs: LibraryCosts,
): ChoiceRow | undefined {
  const losses: number[] = []
  const errors: number[] = []
  let longer = 0
  for (const [i, row] of report.banks.entries()) {
    const points = pointsOf(report, row, library)
    const ended = new Map(
      points.flatMap(({ construction, figures }) => (figures ? [[construction, figures]] : [])),
    )
    const estimates = estimateRom(costs, banks[i]!.contents, [...ended.keys()])
    const chosen = smallestRom(estimates)
    const best = smallest(points)?.figures
    if (chosen === undefined || best === undefined) continue
    losses.push(best.area === 0 ? 0 : ended.get(chosen.policy)!.area / best.area - 1)
    for (const { policy, area, path } of estimates) {
      const figures = ended.get(policy)!
      if (figures.area > 0) errors.push(Math.abs(area / figures.area - 1))
      if ((figures.levels ?? figures.delay ?? 0) > path) longer++
    }
  }
  if (losses.length === 0) return undefined
  return {
    library: library.name,
    banks: losses.length,
    smallest: losses.filter((loss) => loss === 0).length,
    meanLoss: mean(losses),
    largestLoss: Math.max(...losses),
    points: errors.length,
    meanAreaError: mean(errors),
    longerPaths: longer,
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
