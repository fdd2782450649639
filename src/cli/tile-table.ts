import Table from 'cli-table3'
import { codeBitsName } from '../common/code-bits.js'
import type { TileReport } from '../flow/tile/run-tile.js'
import { romRows } from './rom-rows.js'

/** The report of a tile as a table of two columns. */
export function printTileReport(report: TileReport): string {
  const { parameters, predicted, simulation, lint, area, seconds } = report
  const rows: [string, string][] = [
    [
      'tensor',
      `${report.tensor}, ${report.rows} x ${report.columns}, ${report.stored} ${report.origin}`,
    ],
    [
      'L-Unit',
      `${codeBitsName(parameters.bits)} codes, groups of ${parameters.group}` +
        `${parameters.offsets ? ' with offsets' : ''}, ${parameters.lanes} lanes, ` +
        `${parameters.units} unit${parameters.units === 1 ? '' : 's'}, ROM ${parameters.rom}`,
    ],
    ['ROM', `${number(report.romBits)} bits`],
    ...romRows(report.roms),
    ['cycles a vector', `${predicted.total} (load ${predicted.load}, run ${predicted.run})`],
    [
      'ROM port busy',
      `${percent(predicted.busy)}, while running ${percent(predicted.busyWhileRunning)}`,
    ],
  ]
  if (simulation !== undefined) rows.push(['simulation', describeSimulation(simulation)])
  for (const { tool, version, clean, messages } of lint ?? []) {
    const verdict =
      version === undefined ? 'skipped: not found' : clean ? 'clean' : messages.join('\n')
    rows.push([`lint, ${tool}${version === undefined ? '' : ` ${version}`}`, verdict])
  }
  if (area !== undefined) rows.push(...describeArea(area))
  if (report.written !== undefined) rows.push(['written to', report.written])
  const times = Object.entries(seconds).map(([step, time]) => `${step} ${time.toFixed(2)} s`)
  rows.push(['time', times.join(', ')])
  const table = new Table({ style: { head: [], border: [] } })
  table.push(...rows)
  return `${table.toString()}\n`
}

function describeArea({ modules, yosys }: NonNullable<TileReport['area']>): [string, string][] {
  const top = modules[0]!
  const unit = modules.find(({ name }) => name.startsWith('l_unit_b'))
  const parts = [
    { name: 'tile', module: top },
    ...(unit === undefined ? [] : [{ name: 'one L-Unit', module: unit }]),
  ]
  return parts.flatMap(({ name, module: { total, libraries, memoryBits } }): [string, string][] => [
    [
      `area, ${name}`,
      `${number(total.cells)} cells, ${number(total.flipFlops)} of them flip-flops; ` +
        `${number(total.transistors)} transistors, ${number(total.nand2)} NAND2 equivalents` +
        (memoryBits === 0 ? '' : `; and ${number(memoryBits)} bits of SRAM`) +
        (name === 'tile' ? `\n(${yosys}, generic gates)` : ''),
    ],
    ...libraries.map(({ library, cells, squareMicrometres }): [string, string] => [
      `area, ${name}, ${library}`,
      `${number(cells)} cells, ${number(squareMicrometres)} um2 before layout`,
    ]),
  ])
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function describeSimulation(simulation: NonNullable<TileReport['simulation']>): string {
  const { engine, vectors, captured, cycles, difference } = simulation
  if (difference === undefined) {
    return `${engine}: ${vectors} vectors (${captured} captured) equal to the golden function, ${cycles} cycles each`
  }
  const { vector, row, expected, simulated } = difference
  return `${engine}: vector ${vector}, row ${row}: expected 0x${hex(expected)}, simulated 0x${hex(simulated)}`
}

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0')
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`
}
