import type { RomStudyReport } from './report.js'
import { areaTable, figureTable, type TextTable } from './summary.js'

/** The whole study as Markdown. */
export function studyMarkdown(report: RomStudyReport): string {
  const tables = report.libraries.flatMap((library) => [
    areaTable(report, library),
    figureTable(report, library),
  ])
  const banks: TextTable = {
    title: 'Banks',
    head: ['bank', 'words x bits', 'weights', 'ones', 'entropy, bits per bit', 'what'],
    rows: report.banks.map((bank) => [
      bank.name,
      `${bank.words} x ${bank.width}`,
      String(bank.weights ?? ''),
      `${((100 * bank.ones) / bank.bits).toFixed(1)} %`,
      (bank.entropyBits / bank.bits).toFixed(3),
      bank.description,
    ]),
  }
  const tool = `${report.yosys}; ABC: \`${report.abcScript}\``
  return `# ROM study\n\n${tool}\n\n${[banks, ...tables].map(markdownTable).join('\n')}`
}

function markdownTable({ title, head, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  const body = rows.map((row) => line(head.map((_, index) => row[index] ?? '')))
  return `## ${title}\n\n${line(head)}${line(head.map(() => '---'))}${body.join('')}`
}
