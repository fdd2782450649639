import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../common/random.js'
import type { ModuleNode } from '../../hdl/ir/module-node.js'
import type { EmittedDesign, EmittedPort } from '../emitted-design.js'
import { Evaluator } from './evaluator.js'
import { inDirectory, run } from './tools.js'

/** Values of the data inputs of one cycle, in port order. */
export type Cycle = readonly bigint[]

const isData = ({ direction, role }: EmittedPort) => direction === 'input' && role === 'data'
const isOutput = ({ direction }: EmittedPort) => direction === 'output'

/** Random inputs; a generator that prefers the edges of the range, where widths and signs go wrong. */
export function randomCycles(design: EmittedDesign, cycles: number, seed: number): Cycle[] {
  const random = new Random(seed)
  const inputs = design.ports.filter(isData)
  return Array.from({ length: cycles }, () =>
    inputs.map(({ width }) => {
      const limit = 1n << BigInt(width)
      const kind = random.integer(0, 7)
      if (kind === 0) return 0n
      if (kind === 1) return limit - 1n
      if (kind === 2) return limit >> 1n
      if (kind === 3) return (limit >> 1n) - (width > 1 ? 1n : 0n)
      return random.bits(width)
    }),
  )
}

/** Outputs of every cycle, read before the clock rises, as hexadecimal words separated by spaces. */
export function expectedTrace(
  module: ModuleNode,
  design: EmittedDesign,
  cycles: readonly Cycle[],
): string[] {
  const evaluator = new Evaluator(module)
  const inputs = design.ports.filter(isData)
  const outputs = design.ports.filter(isOutput)
  const setResets = (asserted: boolean) => {
    for (const { name, role } of design.ports) {
      if (role === 'reset') evaluator.poke(name, isAsserted(name, asserted))
    }
  }
  setResets(true)
  evaluator.step()
  setResets(false)
  return cycles.map((cycle) => {
    for (const [position, { name }] of inputs.entries()) evaluator.poke(name, cycle[position]!)
    const line = outputs.map(({ name, width }) => hex(evaluator.peek(name), width)).join(' ')
    evaluator.step()
    return line
  })
}

/** The same from Icarus. */
export function icarusTrace(design: EmittedDesign, cycles: readonly Cycle[]): string[] {
  return inDirectory(design, 'simulation', (directory, sources) => {
    writeBench(design, cycles, directory)
    const files = ['tb.sv', ...sources]
    const built = run(directory, 'iverilog', '-g2012', '-s', 'tb', '-o', 'tb.vvp', ...files)
    if (built !== '') throw new Error(built)
    return traceOf(run(directory, 'vvp', '-n', 'tb.vvp'))
  })
}

/** The same from Icarus running the netlist that Yosys makes. */
export function netlistTrace(design: EmittedDesign, cycles: readonly Cycle[]): string[] {
  return inDirectory(design, 'simulation', (directory, sources) => {
    writeBench({ ...design, unresetState: [] }, cycles, directory)
    const read = `read_verilog -sv ${sources.join(' ')}; hierarchy -check -top ${design.top}`
    const script = `${read}; proc; flatten; memory; setundef -init -zero; opt; write_verilog -noattr net.v`
    const synthesised = run(directory, 'yosys', '-q', '-p', script)
    if (synthesised !== '') throw new Error(synthesised)
    const built = run(directory, 'iverilog', '-g2012', '-s', 'tb', '-o', 'tb.vvp', 'tb.sv', 'net.v')
    if (built !== '') throw new Error(built)
    return traceOf(run(directory, 'vvp', '-n', 'tb.vvp'))
  })
}

function traceOf(output: string): string[] {
  return output
    .split('\n')
    .flatMap((line) => /^outputs:((?: [0-9a-fxz]+)*)$/.exec(line)?.[1]?.trim() ?? [])
}

/** A bench that resets the design, then applies one line of `stimulus.hex` a cycle. */
function writeBench(design: EmittedDesign, cycles: readonly Cycle[], directory: string): void {
  const inputs = design.ports.filter(isData)
  const outputs = design.ports.filter(isOutput)
  const width = inputs.reduce((sum, port) => sum + port.width, 1)
  const clocks = design.ports.filter(({ role }) => role === 'clock').map(({ name }) => name)
  const resets = design.ports.filter(({ role }) => role === 'reset').map(({ name }) => name)
  const setResets = (asserted: boolean) =>
    resets.map((name) => `    ${name} = 1'b${isAsserted(name, asserted)};`)
  const setClocks = (level: number) => clocks.map((name) => `    ${name} = 1'b${level};`)
  const pulse = ['    #5;', ...setClocks(1), '    #5;', ...setClocks(0)]
  const bench = [
    '`timescale 1ns/1ns',
    'module tb;',
    ...design.ports.map(
      ({ name, direction, width: bits }) =>
        `  ${direction === 'input' ? 'logic' : 'wire '} [${bits - 1}:0] ${name};`,
    ),
    `  ${design.top} dut (${design.ports.map(({ name }) => `.${name}(${name})`).join(', ')});`,
    `  logic [${width - 1}:0] stimulus [0:${cycles.length - 1}];`,
    '  integer i;',
    '  initial begin',
    '    $readmemh("stimulus.hex", stimulus);',
    ...inputs.map(({ name }) => `    ${name} = 0;`),
    ...setClocks(0),
    ...setResets(false),
    ...zeroState(design),
    '    #1;',
    ...setResets(true),
    ...pulse,
    ...setResets(false),
    `    for (i = 0; i < ${cycles.length}; i = i + 1) begin`,
    ...(inputs.length === 0
      ? []
      : [`    {${inputs.map(({ name }) => name).join(', ')}} = stimulus[i][${width - 2}:0];`]),
    '    #1;',
    `    $display("outputs:${outputs.map(() => ' %h').join('')}"${outputs.map(({ name }) => `, ${name}`).join('')});`,
    ...pulse,
    '    end',
    '    $finish;',
    '  end',
    'endmodule',
  ]
  writeFileSync(join(directory, 'tb.sv'), `${bench.join('\n')}\n`)
  const lines = cycles.map((cycle) => {
    const word = inputs.reduce(
      (sum, port, position) => (sum << BigInt(port.width)) | cycle[position]!,
      0n,
    )
    return word.toString(16).padStart(Math.ceil(width / 4), '0')
  })
  writeFileSync(join(directory, 'stimulus.hex'), `${lines.join('\n')}\n`)
}

/** Four-state simulators start what no reset reaches at zero, as the evaluator does. */
function zeroState({ unresetState }: EmittedDesign): string[] {
  return unresetState.flatMap(({ path, depth }) =>
    depth === undefined
      ? [`    dut.${path} = 0;`]
      : [`    for (i = 0; i < ${depth}; i = i + 1) dut.${path}[i] = 0;`],
  )
}

/** Resets of the test designs are active low when their name says so. */
function isAsserted(name: string, asserted: boolean): bigint {
  return /_ni?$/.test(name) === asserted ? 0n : 1n
}

function hex(value: bigint, width: number): string {
  return value.toString(16).padStart(Math.ceil(width / 4), '0')
}
