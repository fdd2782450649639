import Table from 'cli-table3'
import { codeBitsName } from '../common/code-bits.js'
import type { UnitArea } from '../flow/chip/area-by-unit.js'
import type { ChipSimulation, TokenDifference } from '../flow/chip/simulate-chip.js'
import type { AdapterReport } from '../flow/chip/simulated-adapters.js'
import type { LintResult } from '../flow/lint.js'
import type { SamplingOptions } from '../host/index.js'
import type { AreaReport } from '../synth/index.js'
import type { ChipDescription } from './chip-commands.js'

type Row = readonly [string, string]

function plural(count: number, name: string): string {
  return `${number(count)} ${name}${count === 1 ? '' : 's'}`
}

/** Rows as a table of two columns. */
export function chipTable(rows: readonly Row[]): string {
  const table = new Table({ style: { head: [], border: [] } })
  table.push(...rows.map((row) => [...row]))
  return `${table.toString()}\n`
}

export function scheduleRows(chip: ChipDescription): Row[] {
  return [
    [
      'model',
      `${chip.model}: width ${chip.dim}, hidden ${chip.hiddenDim}, ${chip.layers} layers, ` +
        `${chip.heads} heads, ${chip.kvHeads} key/value heads, ${chip.vocabulary} tokens`,
    ],
    [
      'chip',
      `${number(chip.lUnits * chip.columns)} L-Units of ${chip.lanes} lanes in ${plural(chip.matrixUnits, 'matrix unit')}, ` +
        `${plural(chip.columns, 'vector unit')} of ${chip.vectorLanes} lanes, ${plural(chip.hUnits, 'H-Unit')}`,
    ],
    [
      'formats',
      `${codeBitsName(chip.bits)} in groups of ${chip.group}, ` +
        `head ${codeBitsName(chip.headBits)}, ROM ${chip.rom}, ${chip.positions} positions of ${chip.kvFormat}`,
    ],
    ['ROM', `${number(chip.romBits)} bits in the L-Units`],
    ['program', `${chip.instructions} instructions`],
    [
      'cycles a token',
      `${number(chip.cycles)} at an empty cache, ${chip.cyclesPerPosition} more for each position ` +
        `(prompt tokens ${number(chip.promptCycles)})`,
    ],
    [
      'ROM ports busy',
      `${(100 * chip.romPortBusy).toFixed(1)} %, ${chip.idleCyclesPerLayer.toFixed(1)} idle cycles a layer`,
    ],
    ['tokens a second', `${number(chip.tokensPerSecond)} at ${chip.clockMHz} MHz, empty cache`],
  ]
}

export function simulationRows(simulation: ChipSimulation): Row[] {
  const { engine, tokens, cycles, unscheduled, difference, checked, sampling, adapter } = simulation
  const schedule = unscheduled === 0 ? 'as scheduled' : `${unscheduled} tokens not as scheduled`
  const verdict =
    difference !== undefined
      ? tokenDifference(difference)
      : checked
        ? `${tokens.length} tokens and their logits equal to the golden model's`
        : `${tokens.length} tokens, not compared`
  return [
    ['simulation', `${engine}: ${verdict}`],
    ...(sampling === undefined ? [] : [['sampling', samplingText(sampling)] as const]),
    ...(adapter === undefined ? [] : [['adapter', adapterText(adapter)] as const]),
    ...(difference === undefined
      ? []
      : [['first difference', firstDifference(difference)] as const]),
    [
      'simulated cycles',
      `${number(cycles[0] ?? 0)} to ${number(cycles.at(-1) ?? 0)} a token, ${schedule}`,
    ],
    [
      'speed',
      `${simulation.simulatedTokensPerSecond.toFixed(2)} tokens/s simulated, ` +
        `${number(simulation.chipTokensPerSecond)} tokens/s on the chip`,
    ],
  ]
}

function samplingText({ temperature = 1, topK, topP, seed }: SamplingOptions): string {
  return [
    `temperature ${temperature}`,
    ...(topK === undefined ? [] : [`the ${topK} likeliest tokens`]),
    ...(topP === undefined ? [] : [`nucleus of ${topP}`]),
    `seed ${seed}`,
  ].join(', ')
}

function adapterText({ path, rank, words, swap }: AdapterReport): string {
  const first = `${path}, in slots of rank ${rank} (${number(words)} words)`
  if (swap === undefined) return first
  const { at, path: other, loaded } = swap
  const when = loaded === 'meanwhile' ? 'while the first one worked' : 'before the first token'
  return `${first};\n${other ?? 'none'} from token ${at} on${other === null ? '' : `, loaded ${when}`}`
}

function tokenDifference({ position, expected, simulated, logit }: TokenDifference): string {
  if (expected !== simulated || logit === undefined) {
    return `position ${position}: the golden model says ${expected}, the chip ${simulated}`
  }
  return (
    `position ${position}: the logit of token ${logit.token} is ${logit.expected} in the golden model, ` +
    `${logit.simulated} on the chip`
  )
}

function firstDifference({ divergence }: TokenDifference): string {
  if (divergence === undefined) return 'none in the embedded engine'
  const { position, operation, layer, element, cycle, signal, lane } = divergence
  return (
    `position ${position}, cycle ${cycle}: ${layer < 0 ? '' : `layer ${layer}, `}${operation}[${element}], ` +
    `lane ${lane} of ${signal}:\nthe golden model says ${divergence.expected}, the chip ${divergence.simulated}`
  )
}

export function lintRows(results: readonly LintResult[]): Row[] {
  return results.map(({ tool, version, clean, messages }) => [
    `lint, ${tool}${version === undefined ? '' : ` ${version}`}`,
    version === undefined
      ? 'skipped: not found'
      : clean
        ? 'clean'
        : messages.slice(0, 5).join('\n'),
  ])
}

export function areaRows({ modules, yosys }: AreaReport, units: readonly UnitArea[]): Row[] {
  const { total, libraries, memoryBits, memoryArea } = modules[0]!
  return [
    [
      'area',
      `${number(total.cells)} cells; ` +
        figures({
          ...total,
          memoryBits,
          ...(memoryArea === undefined ? {} : { memoryArea }),
          squareMicrometres: Object.fromEntries(
            libraries.map(({ library, squareMicrometres }) => [library, squareMicrometres]),
          ),
        }) +
        `\n(${yosys}, generic gates, modules synthesised one by one)`,
    ],
    ...units.map((unit): Row => {
      const { romBits, transistors } = unit
      const perBit =
        romBits === 0
          ? ''
          : ` (${(transistors / romBits).toFixed(2)} transistors a bit, all logic of the unit included)`
      const rom = romBits === 0 ? '' : `; ROMs of ${number(romBits)} bits${perBit}`
      return [`area, ${unit.unit}`, `${unit.instances} modules: ${figures(unit)}${rom}`]
    }),
  ]
}

function figures(
  area: Pick<
    UnitArea,
    'flipFlops' | 'transistors' | 'nand2' | 'memoryBits' | 'memoryArea' | 'squareMicrometres'
  >,
): string {
  const { flipFlops, transistors, nand2, memoryBits, memoryArea, squareMicrometres } = area
  const macros = memoryArea === undefined ? '' : ` in macros of ${number(memoryArea)} um2`
  return (
    `${number(flipFlops)} flip-flops, ${number(transistors)} transistors, ` +
    `${number(nand2)} NAND2 equivalents` +
    (memoryBits === 0 ? '' : `; and ${number(memoryBits)} bits of SRAM${macros}`) +
    Object.entries(squareMicrometres)
      .map(([library, size]) => `\n${library}: ${number(size)} um2`)
      .join('')
  )
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en')
}
