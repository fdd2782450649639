import type { FlatDesign, NetId } from '../../../hdl/ir/flat.js'
import { RomContents } from '../../../hdl/ir/rom-contents.js'
import { DesignBuilder } from './design-builder.js'

export interface LUnitShape {
  readonly units: number
  readonly lanes: number
  /** ROM words of a unit. */
  readonly depth: number
}

const codeWidth = 4
const activationWidth = 12
const accumulatorWidth = 32

/**
 * Units that each multiply one ROM word of unsigned 4-bit codes a cycle with shared signed 12-bit
 * activations, add the products in a balanced tree that never loses a bit, and accumulate. Every unit has
 * its own address counter.
 * @param contents the ROM of a unit
 */
export function lUnitDesign(
  { units, lanes, depth }: LUnitShape,
  contents: (unit: number) => RomContents,
): FlatDesign {
  const b = new DesignBuilder('l_units')
  const clock = b.clock()
  const reset = {
    net: b.input('rst_ni', 1, 'reset'),
    style: 'async' as const,
    activeLow: true,
    value: 0n,
  }
  const clear = b.input('clear_i', 1)
  const data = b.input('act_i', lanes * activationWidth)
  const activations = Array.from({ length: lanes }, (_, lane) => {
    const register = b.register(`act_q${lane}`, activationWidth, { clock, reset })
    b.next(register, b.slice(data, lane * activationWidth, activationWidth))
    return register
  })
  for (let unit = 0; unit < units; unit++) {
    const rom = b.rom(contents(unit))
    const accumulator = b.instance(1, `u_unit${unit}`, () => {
      const addressWidth = contents(unit).addressWidth
      const address = b.register('addr_q', addressWidth, { clock, reset })
      const last = b.binary('eq', address, b.constant(addressWidth, depth - 1))
      const following = b.binary('add', address, b.constant(addressWidth, 1))
      b.next(address, b.mux(last, b.constant(addressWidth, 0), following))
      const word = b.romRead(rom, address)
      const products = activations.map((activation, lane) => {
        const code = b.slice(word, lane * codeWidth, codeWidth)
        const width = codeWidth + 1 + activationWidth
        const signedCode = b.sext(b.zext(code, codeWidth + 1), width)
        return b.binary('mul', signedCode, b.sext(activation, width))
      })
      const sum = b.sext(adderTree(b, products), accumulatorWidth)
      const acc = b.register('acc_q', accumulatorWidth, { clock, reset })
      b.next(acc, b.mux(clear, sum, b.binary('add', acc, sum)))
      return acc
    })
    b.output(`acc${unit}_o`, accumulator)
  }
  return b.build()
}

/** Pairwise sums of signed values, one bit wider at every level. */
function adderTree(b: DesignBuilder, terms: readonly NetId[]): NetId {
  if (terms.length === 1) return terms[0]!
  const sums: NetId[] = []
  for (let index = 0; index < terms.length; index += 2) {
    const left = terms[index]!
    const right = terms[index + 1] ?? b.constant(b.width(left), 0)
    const width = b.width(left) + 1
    sums.push(b.binary('add', b.sext(left, width), b.sext(right, width)))
  }
  return adderTree(b, sums)
}

/** Reproducible pseudo-random words (xorshift32). */
export function randomWords(seed: number, count: number): Uint32Array {
  let state = seed | 1
  return Uint32Array.from({ length: count }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  })
}

/** ROM contents of 4-bit codes for {@link lUnitDesign}. */
export function randomCodes(unit: number, { lanes, depth }: LUnitShape): RomContents {
  const width = lanes * codeWidth
  const bytes = new Uint8Array(randomWords(unit + 1, (depth * width) / 32).buffer)
  return RomContents.fromBytes(width, bytes)
}
