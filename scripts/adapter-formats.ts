import Table from 'cli-table3'
import { Command } from 'commander'
import { formatReport, measureFormats } from './adapters/format-errors.js'
import { updateKinds } from './adapters/random-updates.js'

const { json } = new Command('adapter-formats')
  .description('Measures what number formats of A and B cost the result of random adapters.')
  .option('--json', 'prints JSON')
  .parse()
  .opts()
const report = formatReport.parse(
  measureFormats({ seed: 1, cases: 30, inputs: 1024, outputs: 1024, rank: 16, group: 64 }),
)
if (json) console.log(JSON.stringify(report))
else {
  const kinds = updateKinds.map(({ name }) => name)
  const table = new Table({
    head: ['format', 'bytes a weight', ...kinds],
    colAligns: ['left', ...kinds.map(() => 'right' as const), 'right'],
    style: { head: [], border: [] },
  })
  for (const { name, bytesPerWeight, errors } of report.formats) {
    const shares = kinds.map((kind) => `${(100 * errors[kind]!).toPrecision(3)} %`)
    table.push([name, bytesPerWeight.toFixed(3), ...shares])
  }
  console.log(table.toString())
}
