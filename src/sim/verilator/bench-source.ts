import type { EmittedDesign } from '../../emit/emitted-design.js'

export const benchTop = 'romulus_bench'

/**
 * SystemVerilog wrapper whose ports are `p0`, `p1`, ... in port order, so that nothing outside depends on
 * how names are mangled. The design is its instance `dut`.
 */
export function benchSource(design: EmittedDesign): string {
  const ports = design.ports.map(
    ({ direction, width }, index) => `  ${direction} logic [${width - 1}:0] p${index}`,
  )
  const connections = design.ports.map(({ name }, index) => `    .\\${name} (p${index})`)
  return `module ${benchTop} (
${ports.join(',\n')}
);
  ${design.top} dut (
${connections.join(',\n')}
  );
endmodule
`
}
