import type { RomContents } from '../hdl/index.js'
import type { ProvableDesign } from './equivalent.js'

/** A table with the ports of a ROM module, written straight from the contents: the reference of a proof. */
export function romReference(contents: RomContents): ProvableDesign {
  const { width, depth, addressWidth } = contents
  const arms = Array.from(
    { length: depth },
    (_, address) =>
      `      ${addressWidth}'d${address}: data_o = ${width}'h${contents.word(address).toString(16)};`,
  )
  const text = [
    'module rom_reference (',
    `  input  logic [${addressWidth - 1}:0] addr_i,`,
    `  output logic [${width - 1}:0] data_o`,
    ');',
    '  always_comb begin',
    '    case (addr_i)',
    ...arms,
    `      default: data_o = ${width}'h0;`,
    '    endcase',
    '  end',
    'endmodule',
    '',
  ].join('\n')
  return { top: 'rom_reference', files: [{ path: 'rom_reference.sv', text }] }
}
