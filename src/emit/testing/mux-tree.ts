import type { ExpressionNode } from '../../hdl/ir/expression.js'
import type { RomContents } from '../../hdl/ir/rom-contents.js'
import { Place } from '../../hdl/place.js'

/** The `logic` form of a ROM that tests use: a tree of multiplexers over the bits of the address. */
export function muxTree(address: ExpressionNode, contents: RomContents): ExpressionNode {
  const place = Place.here()
  const word = (at: number): ExpressionNode => ({
    kind: 'const',
    width: contents.width,
    signed: false,
    place,
    value: contents.word(at),
  })
  let level = Array.from({ length: 2 ** address.width }, (_, at) => word(at))
  for (let bit = 0; bit < address.width; bit++) {
    const condition: ExpressionNode = {
      kind: 'slice',
      a: address,
      low: bit,
      width: 1,
      signed: false,
      place,
    }
    level = Array.from({ length: level.length / 2 }, (_, at) => ({
      kind: 'mux',
      condition,
      whenTrue: level[2 * at + 1]!,
      whenFalse: level[2 * at]!,
      width: contents.width,
      signed: false,
      place,
    }))
  }
  return level[0]!
}
