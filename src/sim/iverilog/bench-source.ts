import type { EmittedDesign, EmittedPort, UnresetState } from '../../emit/emitted-design.js'
import type { WaveOptions } from '../engine.js'
import { portWords } from '../engine.js'
import { Opcode } from '../recording-format.js'
import { recordLayout } from '../recording-layout.js'
import { fillTemplate, readBenchFile } from '../verilator/bench-files.js'

export interface BenchOptions {
  /** Unknown bits are read as zeros. */
  readonly unknownAsZero: boolean
  /** Waveform to write; its file name must be absolute. */
  readonly waves: WaveOptions | undefined
}

/** The SystemVerilog bench of one design, from `bench.sv.in`. */
export function iverilogBench(design: EmittedDesign, options: BenchOptions): string {
  const { ports } = design
  const layout = recordLayout(ports)
  const lines = (
    role: (port: EmittedPort) => boolean,
    line: (port: EmittedPort, index: number) => string,
  ) =>
    ports
      .map((port, index) => (role(port) ? line(port, index) : undefined))
      .filter((text) => text !== undefined)
      .join('\n')
  const slice = ({ width }: EmittedPort, index: number) =>
    `in_record[${layout.offsets[index]! * 32} +: ${width}]`
  return fillTemplate(readBenchFile('iverilog/bench.sv.in'), {
    TOP: design.top,
    PORTS: lines(() => true, declaration),
    CONNECTIONS: ports.map(({ name }, index) => `    .\\${name} (p${index})`).join(',\n'),
    INPUT_BITS: String(32 * Math.max(1, layout.inputWords)),
    OUTPUT_BITS: String(32 * Math.max(1, layout.outputWords)),
    OUTPUT_RECORD: outputRecord(ports),
    RESULT_TYPE: options.unknownAsZero ? 'bit' : 'logic',
    VALUE_BITS: String(Math.max(...ports.map(({ width }) => width))),
    CLOCKS_RISE: lines(isClock, (_, index) => `        ${index}: p${index} = 1'b1;`),
    CLOCKS_FALL: lines(isClock, (_, index) => `        ${index}: p${index} = 1'b0;`),
    POKES: lines(
      isDriven,
      ({ width }, index) => `        ${index}: p${index} = value[${width - 1}:0];`,
    ),
    APPLY_RECORD: lines(isDriven, (port, index) => `      p${index} = ${slice(port, index)};`),
    COMPARISONS: lines(
      isOutput,
      ({ width }, index) => `      ${index}: reached = p${index} === value[${width - 1}:0];`,
    ),
    ZERO_INPUTS: lines(isData, ({ width }, index) => `      p${index} = {${width}{1'b0}};`),
    ZERO_STATE: design.unresetState.map(zeroState).join('\n'),
    RESETS_HIGH: lines(isReset, ({ width }, index) => `      p${index} = {${width}{1'b1}};`),
    RESETS_LOW: lines(isReset, ({ width }, index) => `      p${index} = {${width}{1'b0}};`),
    START_WAVES: options.waves === undefined ? '' : startWaves(options.waves),
    POKE: String(Opcode.poke),
    STEP: String(Opcode.step),
    PEEK_OUTPUTS: String(Opcode.peekOutputs),
    RUN: String(Opcode.run),
    RUN_UNTIL: String(Opcode.runUntil),
    WAVE_ENABLE: String(Opcode.waveEnable),
    QUIT: String(Opcode.quit),
  })
}

/** Data inputs are unknown until they become zero, so that whatever reads them sees a change. */
function declaration(port: EmittedPort, index: number): string {
  const range = `[${port.width - 1}:0] p${index}`
  if (port.direction === 'output') return `  wire  ${range};`
  return isData(port) ? `  logic ${range};` : `  logic ${range} = {${port.width}{1'b0}};`
}

/** The output record as one vector, its first word in the lowest bits. */
function outputRecord(ports: readonly EmittedPort[]): string {
  const parts = ports.flatMap((port, index) => {
    if (port.direction !== 'output') return []
    const padding = portWords(port) * 32 - port.width
    return padding === 0 ? [`p${index}`] : [`p${index}`, `{${padding}{1'b0}}`]
  })
  return parts.length === 0 ? "32'd0" : `{${parts.reverse().join(', ')}}`
}

function zeroState({ path, width, depth }: UnresetState): string {
  const target = `dut.${hierarchicalName(path)}`
  if (depth === undefined) return `      ${target} = {${width}{1'b0}};`
  const loop = `for (word = 0; word < ${depth}; word = word + 1)`
  return `      ${loop} ${target}[word] = {${width}{1'b0}};`
}

function startWaves({ file, scope, depth }: WaveOptions): string {
  const below = scope === undefined || scope === '' ? '' : `.${hierarchicalName(scope)}`
  const quoted = file.replace(/["\\]/g, '\\$&')
  return `    $dumpfile("${quoted}");\n    $dumpvars(${depth ?? 0}, dut${below});`
}

/** A dotted path in which names that need it are escaped. */
function hierarchicalName(path: string): string {
  return path
    .split('.')
    .map((name) => (/^[A-Za-z_][\w$]*$/.test(name) ? name : `\\${name} `))
    .join('.')
}

function isClock({ direction, role }: EmittedPort): boolean {
  return direction === 'input' && role === 'clock'
}

function isReset({ direction, role }: EmittedPort): boolean {
  return direction === 'input' && role === 'reset'
}

function isData({ direction, role }: EmittedPort): boolean {
  return direction === 'input' && role === 'data'
}

function isDriven({ direction, role }: EmittedPort): boolean {
  return direction === 'input' && role !== 'clock'
}

function isOutput({ direction }: EmittedPort): boolean {
  return direction === 'output'
}
