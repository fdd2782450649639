import type { RomContents } from '../hdl/index.js'
import type { ProvableDesign } from './provable-design.js'

export interface RomReferenceOptions {
  /** Port names; by default those of the project's ROM modules. */
  readonly address?: string
  readonly data?: string
  /** With a clock port the word comes from a register, one edge after its address. */
  readonly clock?: string
}

/**
 * A table with the ports of a ROM module, written straight from the contents: the reference of a proof that
 * a ROM holds them. Words beyond the depth are zero.
 */
export function romReference(
  contents: Pick<RomContents, 'width' | 'depth' | 'addressWidth' | 'word'>,
  { address = 'addr_i', data = 'data_o', clock }: RomReferenceOptions = {},
): ProvableDesign {
  const { width, depth, addressWidth } = contents
  const arms = Array.from(
    { length: depth },
    (_, index) =>
      `      ${addressWidth}'d${index}: word = ${width}'h${contents.word(index).toString(16)};`,
  )
  const text = [
    'module rom_reference (',
    ...(clock === undefined ? [] : [`  input  logic ${clock},`]),
    `  input  logic [${addressWidth - 1}:0] ${address},`,
    `  output logic [${width - 1}:0] ${data}`,
    ');',
    `  logic [${width - 1}:0] word;`,
    '  always_comb begin',
    `    case (${address})`,
    ...arms,
    `      default: word = ${width}'h0;`,
    '    endcase',
    '  end',
    clock === undefined
      ? `  assign ${data} = word;`
      : `  always_ff @(posedge ${clock}) ${data} <= word;`,
    'endmodule',
    '',
  ].join('\n')
  return { top: 'rom_reference', files: [{ path: 'rom_reference.sv', text }] }
}
