import { lUnitParameters } from '../../generators/l-unit/parameters.js'
import { sumOfProducts } from '../../generators/l-unit/products.js'
import { lUnitWidths } from '../../generators/l-unit/widths.js'
import { parseRomPolicy, romModule } from '../../generators/rom/index.js'
import type { CodeBits } from '../../src/common/code-bits.js'
import { type EmittedDesign, emitDesign } from '../../src/emit/index.js'
import {
  defineModule,
  elaborate,
  input,
  output,
  type RomContents,
  sint,
  uint,
} from '../../src/hdl/index.js'

/** What an L-Unit has between the address of its codes and its adder tree's sum. */
export interface Cone {
  readonly bits: CodeBits
  readonly lanes: number
  /** `lanes` codes a word, lane 0 lowest, as in an L-Unit's ROM. */
  readonly contents: RomContents
}

/** Widths of a cone's ports, and the form of its products. */
export function coneShape({ bits, lanes }: Cone) {
  const parameters = lUnitParameters({ bits, group: 64, lanes })
  const { code, beat } = lUnitWidths(parameters)
  return { code, beat, mantissa: parameters.mantissaBits, products: parameters.products }
}

function consumerModule(cone: Cone) {
  const { bits, lanes } = cone
  const { code, beat, mantissa, products } = coneShape(cone)
  return defineModule(
    `sum_of_products_${bits}_${lanes}`,
    {
      data_i: input(uint(lanes * code)),
      activation_i: input(uint(lanes * mantissa)),
      sum_o: output(sint(beat)),
    },
    (m, { data_i, activation_i, sum_o }) => {
      const lane = Array.from({ length: lanes }, (_, index) => index)
      const codes = lane.map((i) => data_i.bits((i + 1) * code - 1, i * code))
      const mantissas = lane.map((i) =>
        activation_i.bits((i + 1) * mantissa - 1, i * mantissa).asSigned(),
      )
      sum_o.assign(sumOfProducts(m, products, { codes, mantissas }, false).truncate(beat))
    },
  )
}

/** Products and adder tree alone: `data_i` and `activation_i` to `sum_o`. */
export function consumerDesign(cone: Cone): EmittedDesign {
  return emitDesign(elaborate(consumerModule(cone)), { sourceComments: false })
}

/** The ROM alone: `addr_i` to `data_o`. */
export function romDesign({ contents }: Cone, construction: string): EmittedDesign {
  const module = romModule(contents, parseRomPolicy(construction))
  return emitDesign(elaborate(module), { sourceComments: false })
}

/** Both as instances, without a register between them: `addr_i` and `activation_i` to `sum_o`. */
export function coneDesign(cone: Cone, construction: string): EmittedDesign {
  const { lanes, contents } = cone
  const { beat, mantissa } = coneShape(cone)
  const module = defineModule(
    'rom_cone',
    {
      addr_i: input(uint(contents.addressWidth)),
      activation_i: input(uint(lanes * mantissa)),
      sum_o: output(sint(beat)),
    },
    (m, { addr_i, activation_i, sum_o }) => {
      const rom = romModule(contents, parseRomPolicy(construction))
      const { data_o } = m.instance('u_rom', rom, { addr_i })
      const products = { data_i: data_o, activation_i }
      sum_o.assign(m.instance('u_products', consumerModule(cone), products).sum_o)
    },
  )
  return emitDesign(elaborate(module), { sourceComments: false })
}
