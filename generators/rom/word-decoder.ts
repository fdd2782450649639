import { cat, defineModule, input, output, repeat, uint } from '../../src/hdl/index.js'
import { bitsOf, oneHot } from './decode.js'

/** One line for each value of a number below `count`: the line of the value is 1. */
function oneHotDecoder(bits: number, count: number) {
  return defineModule(
    `one_hot_decoder_${count}`,
    { value_i: input(uint(bits)), lines_o: output(uint(count)) },
    (_, { value_i, lines_o }) => {
      lines_o.assign(cat(...oneHot(bitsOf(value_i), count).reverse()))
    },
    { documentation: 'One-hot decoder' },
  )
}

/**
 * One word line for each address below `depth`, at least 3: the line of the address is 0. Halves of the address are
 * decoded first, in modules of their own, so that every word line is one NAND2 even where modules are mapped for area
 * one by one.
 */
export function wordDecoder(depth: number) {
  const addressWidth = Math.ceil(Math.log2(depth))
  const lowBits = Math.floor(addressWidth / 2)
  const columns = 2 ** lowBits
  return defineModule(
    `word_decoder_${depth}`,
    { addr_i: input(uint(addressWidth)), lines_no: output(uint(depth)) },
    (m, { addr_i, lines_no }) => {
      const rows = Math.ceil(depth / columns)
      const column = m.instance('u_column', oneHotDecoder(lowBits, columns), {
        value_i: addr_i.bits(lowBits - 1, 0),
      }).lines_o
      const row = m.instance('u_row', oneHotDecoder(addressWidth - lowBits, rows), {
        value_i: addr_i.bits(addressWidth - 1, lowBits),
      }).lines_o
      const lines = Array.from({ length: rows }, (_, r) => {
        const inRow = Math.min(columns, depth - r * columns)
        return repeat(row.bit(r), inRow)
          .and(column.bits(inRow - 1, 0))
          .not()
      })
      lines_no.assign(cat(...lines.reverse()))
    },
    { documentation: 'Word lines, low for the addressed word' },
  )
}
