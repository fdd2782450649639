import type { RtlilModule } from './rtlil.js'
import type { YosysFiles } from './yosys.js'

export interface ResetPort {
  readonly name: string
  /** Value that resets. */
  readonly asserted: 0n | 1n
}

/** A reset is active low when its name ends like `rst_n`, `rst_ni` or `resetn`. */
export function resetPort(name: string): ResetPort {
  return { name, asserted: /n_?i?$/.test(name) ? 0n : 1n }
}

/**
 * Wraps the module `miter` so that its resets are asserted in the first cycle, whatever the ports say, and
 * its `trigger` counts only after the first `settlingCycles` cycles.
 *
 * @param side one of the compared modules, which has the ports of the miter
 * @param settlingCycles at least 1
 */
export function settled(
  side: RtlilModule,
  resets: readonly ResetPort[],
  settlingCycles: number,
): { readonly files: YosysFiles; readonly commands: readonly string[]; readonly top: string } {
  const ports = side.wires
    .filter(({ direction }) => direction !== undefined)
    .flatMap(({ name, width, direction }) => {
      const prefixes = direction === 'input' ? ['in'] : ['gold', 'gate']
      return prefixes.map((prefix) => ({ port: name, name: `${prefix}_${name}`, width, direction }))
    })
  const connections = ports.map(({ port, name, direction }) => {
    const reset = direction === 'input' ? resets.find((each) => each.name === port) : undefined
    const value =
      reset === undefined ? '' : reset.asserted === 0n ? ' & elapsed[0]' : ' | ~elapsed[0]'
    return `.${escaped(name)}(${escaped(name)}${value})`
  })
  const last = settlingCycles - 1
  const text = [
    'module settled (',
    '  input tick,',
    ...ports.map(
      ({ name, width, direction }) => `  ${direction} [${width - 1}:0] ${escaped(name)},`,
    ),
    '  output trigger',
    ');',
    `  reg [${last}:0] elapsed = 0;`,
    "  always @(posedge tick) elapsed <= {elapsed, 1'b1};",
    '  wire differs;',
    `  miter u_miter (${[...connections, '.trigger(differs)'].join(', ')});`,
    `  assign trigger = elapsed[${last}] & differs;`,
    'endmodule',
    '',
  ].join('\n')
  return {
    files: { 'settled.v': text },
    commands: ['read_verilog settled.v', 'hierarchy -top settled', 'proc', 'flatten'],
    top: 'settled',
  }
}

function escaped(name: string): string {
  return `\\${name} `
}
