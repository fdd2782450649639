import { openCache, openYosys, type YosysEngine } from '../../synth/index.js'
import type { Progress } from '../progress.js'
import { costsOf, type RomCosts } from '../rom-choice/rom-costs.js'
import { type Bank, bankTitle } from './banks.js'
import { checkChoices } from './choice-check.js'
import { countingBound, entropyBits } from './counting-bound.js'
import type { StudyLibrary } from './libraries.js'
import { measureRom, type RomFigures } from './measure-rom.js'
import { ProgressLine } from './progress-line.js'
import type { BankRow, ChoiceRow, Figures, Point, RomStudyReport } from './report.js'

export interface RomStudy {
  readonly banks: readonly Bank[]
  /** Names of ROM policies. */
  readonly constructions: readonly string[]
  readonly libraries: readonly StudyLibrary[]
  readonly engine: YosysEngine
  /** For ABC. */
  readonly abcScript: string
  /** Sessions of Yosys at a time. */
  readonly jobs: number
  /** Seconds of a run of Yosys. */
  readonly limit: number
  /** By which `auto` would choose. */
  readonly costs: RomCosts
}

/**
 * Synthesises every bank in every construction to every library, and proves each netlist equal to its contents. Results
 * are kept point by point, so that a run that was interrupted goes on where it ended.
 */
export async function runRomStudy(study: RomStudy, progress: Progress): Promise<RomStudyReport> {
  const { banks, constructions, libraries, engine, abcScript, jobs, limit } = study
  const tasks = banks.flatMap((bank) =>
    constructions.map((construction) => ({ bank, construction })),
  )
  const results = new Map<(typeof tasks)[number], (RomFigures | undefined)[]>()
  const cache = openCache('rom-study')
  const queue = [...tasks]
  const line = new ProgressLine(tasks.length * libraries.length)
  const sessions = Array.from({ length: Math.min(jobs, tasks.length) }, () => openYosys({ engine }))
  try {
    await progress.step('ROM study', (update) =>
      Promise.all(
        sessions.map(async (yosys) => {
          for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
            const { bank, construction } = task
            const show = () => update(`${line.text} (${bankTitle(bank)}, ${construction})`)
            const onPoint = (isKept: boolean) => {
              line.count(isKept)
              show()
            }
            show()
            const options = { yosys, cache, abcScript, limit, onPoint }
            results.set(task, await measureRom(bank.contents, construction, libraries, options))
          }
        }),
      ),
    )
  } finally {
    for (const session of sessions) session.close()
  }
  const report: RomStudyReport = {
    yosys: sessions[0]!.build,
    abcScript,
    limit,
    libraries: libraries.map(({ name, liberty }) => ({
      name,
      unit: liberty === undefined ? ('transistors' as const) : ('um2' as const),
      ...(liberty && { file: liberty.file }),
      ...(liberty?.nand2Area !== undefined && { nand2Area: liberty.nand2Area }),
    })),
    constructions: [...constructions],
    banks: banks.map(bankRow),
    points: tasks.flatMap((task) =>
      libraries.map(({ name }, index) =>
        pointOf(task.bank, task.construction, name, results.get(task)![index]),
      ),
    ),
    choices: [],
  }
  return { ...report, choices: choiceRows(study, report) }
}

function choiceRows({ banks, libraries, costs }: RomStudy, report: RomStudyReport): ChoiceRow[] {
  return libraries.flatMap(({ liberty }, i) => {
    const libraryCosts = costsOf(costs, liberty)
    if (libraryCosts === undefined) return []
    return checkChoices(report, banks, report.libraries[i]!, libraryCosts) ?? []
  })
}

function bankRow({ source, contents }: Bank): BankRow {
  const { name, description, weightBits } = source
  const { width, depth } = contents
  const bits = width * depth
  const entropy = entropyBits(contents, weightBits ?? 1)
  return {
    name,
    description,
    words: depth,
    width,
    bits,
    ones: contents.bytes.reduce((sum, byte) => sum + onesOf(byte), 0),
    ...(weightBits === undefined ? {} : { weightBits, weights: bits / weightBits }),
    hash: contents.hash,
    entropyBits: entropy,
    maskRomTransistors: bits,
    boundTransistors: countingBound(entropy, contents),
  }
}

function onesOf(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length
}

function pointOf(
  { source, contents }: Bank,
  construction: string,
  library: string,
  figures: RomFigures | undefined,
): Point {
  const { width, depth } = contents
  const place = { bank: source.name, words: depth, width, construction, library }
  if (figures === undefined) return place
  const areaPerBit = figures.area / (width * depth)
  const perWeight = source.weightBits && { areaPerWeight: areaPerBit * source.weightBits }
  return { ...place, figures: { ...figures, areaPerBit, ...perWeight } satisfies Figures }
}
