import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import Table from 'cli-table3'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { logicPolicyNames } from '../../generators/rom/counts/index.js'
import { openProgress } from '../flow/progress.js'
import { romCostsText } from '../flow/rom-choice/rom-costs-text.js'
import { calibrateRomCosts } from '../flow/rom-study/calibrate.js'
import { sharedLiberty } from '../flow/rom-study/libraries.js'
import { studyMarkdown } from '../flow/rom-study/markdown.js'
import { areaPlot } from '../flow/rom-study/plot.js'
import type { ChoiceRow, RomStudyReport } from '../flow/rom-study/report.js'
import { type RomStudyRequest, romStudyOf, studyGrids } from '../flow/rom-study/request.js'
import { runRomStudy } from '../flow/rom-study/study.js'
import { areaTable } from '../flow/rom-study/summary.js'
import { abcScript } from '../synth/index.js'

interface RomStudyOptions extends RomStudyRequest {
  readonly out?: string
  readonly calibrate?: string
  readonly json?: boolean
}

/** Adds `rom-study`. */
export function addRomStudyCommand(program: Command, setExitCode: (code: number) => void): void {
  program
    .command('rom-study')
    .summary('measure every ROM construction on banks of real and of drawn weights')
    .description(
      'Synthesises banks of weights in every ROM construction with generic gates and Liberty files, proves each netlist\n' +
        'equal to its contents, and sets the areas beside a mask-ROM cell and the counting bound. What was measured is\n' +
        'kept: a run that was interrupted goes on where it ended.',
    )
    .addOption(
      new Option('--grid <name>', 'shapes of the banks').choices([...studyGrids]).default('small'),
    )
    .option('--banks <list>', 'banks, separated by commas', names)
    .option('--widths <list>', "bits of a word (default: the grid's)", sizes(1, 4096))
    .option('--depths <list>', "words (default: the grid's)", sizes(1, 65_536))
    .option('--constructions <list>', `some of ${logicPolicyNames.join(', ')}`, names)
    .option('--libraries <list>', 'generic, and names of Liberty files (default: all)', names)
    .option(
      '--liberty <name=file...>',
      'Liberty files (default: those in the folder ROMULUS_SHARED)',
      [],
    )
    .option('--model <file>', 'checkpoint beside the bundled model (default: stories260K there)')
    .option('--seed <n>', 'of the drawn banks', size(0, 2 ** 31 - 1), 1)
    .addOption(
      new Option('--yosys <which>', 'Yosys').choices(['wasm', 'native'] as const).default('wasm'),
    )
    .option('--abc-script <text>', "ABC's commands", abcScript)
    .option('--jobs <n>', 'runs of Yosys at a time', size(1, 256), cpus().length)
    .option('--limit <seconds>', 'time of one run of Yosys', size(1, 1_000_000), 600)
    .option(
      '--rom-costs <file>',
      'compare with what these costs choose (default: the built-in ones)',
    )
    .option('--calibrate <file>', 'fit costs to these banks, and write them here (.json or .ts)')
    .option('--out <directory>', 'write study.json, study.md and a plot for each library here')
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  romulus rom-study --out rom-study\n' +
        '  romulus rom-study --grid full --yosys native --limit 1800 --out rom-study\n' +
        '  romulus rom-study --banks uniform --widths 64 --depths 256 --constructions table,brom:4 --json\n',
    )
    .action(async ({ out, calibrate, json, ...request }: RomStudyOptions) => {
      const study = await romStudyOf(request)
      if (request.liberty.length === 0 && sharedLiberty().length === 0) {
        process.stderr.write('generic gates only: no --liberty, and no folder ROMULUS_SHARED\n')
      }
      const report = await runRomStudy(study, openProgress())
      if (out !== undefined) await writeStudy(out, report)
      if (calibrate !== undefined) {
        const costs = calibrateRomCosts(study.banks, study.libraries, report)
        const command = `npx romulus ${process.argv.slice(2).join(' ')}`
        await writeFile(calibrate, romCostsText(costs, calibrate, command))
      }
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printStudy(report))
      if (report.points.some(({ figures }) => figures?.proved === false)) setExitCode(1)
    })
}

async function writeStudy(folder: string, report: RomStudyReport): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'study.json'), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(folder, 'study.md'), studyMarkdown(report))
  for (const library of report.libraries) {
    await writeFile(join(folder, `area-${library.name}.svg`), areaPlot(report, library))
  }
}

function printStudy(report: RomStudyReport): string {
  const tables = report.libraries.map((library) => {
    const { title, head, rows } = areaTable(report, library)
    const table = new Table({ head: [...head], style: { head: [], border: [] } })
    table.push(...rows.map((row) => [...row]))
    return `${title}\n${table.toString()}\n`
  })
  const wrong = report.points.filter(({ figures }) => figures?.proved === false).length
  const ended = report.points.filter(({ figures }) => figures !== undefined).length
  return (
    `${tables.join('\n')}` +
    `${report.choices.map(choiceText).join('')}` +
    `* smallest. ${ended - wrong} of ${ended} netlists proved equal to their contents; ${report.yosys}\n`
  )
}

function choiceText(choice: ChoiceRow): string {
  const { library, banks, smallest, meanLoss, largestLoss, points, meanAreaError } = choice
  const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`
  return (
    `${library}: --rom auto chooses the smallest of ${smallest} of ${banks} banks, ${percent(meanLoss)} above the smallest ` +
    `area on average, ${percent(largestLoss)} at most; estimated areas are off by ${percent(meanAreaError)}, ` +
    `${choice.longerPaths} of ${points} paths are longer than estimated\n`
  )
}

function names(text: string): string[] {
  return text.split(',')
}

function size(low: number, high: number) {
  return (text: string): number => {
    const value = Number(text)
    if (/^[0-9]+$/.test(text) && low <= value && value <= high) return value
    throw new InvalidArgumentError(`A whole number of ${low} to ${high}.`)
  }
}

function sizes(low: number, high: number) {
  return (text: string): number[] => text.split(',').map(size(low, high))
}
