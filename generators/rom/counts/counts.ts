import type { RomContents } from '../../../src/hdl/index.js'

/** Numbers of a construction's parts, by name. */
export type Terms = Readonly<Record<string, number>>

/** Of a ROM in a construction, without synthesis. */
export interface RomCounts {
  /** What its area grows with. */
  readonly area: Terms
  /** What the gates on its longest path grow with. */
  readonly path: Terms
  /** Inputs that one line drives: what the delay of a path without buffers grows with beside its gates. */
  readonly load: Terms
}

/** The bits of each column, by address. */
export function columnsOf(contents: RomContents): readonly Uint8Array[] {
  const { width, depth, bytes, bytesPerWord } = contents
  return Array.from({ length: width }, (_, column) => {
    const bits = new Uint8Array(depth)
    for (let address = 0; address < depth; address++) {
      bits[address] = (bytes[address * bytesPerWord + (column >> 3)]! >> (column & 7)) & 1
    }
    return bits
  })
}

/** Binary logarithm of a number of inputs: the levels of a tree of two-input gates. */
export function treeLevels(inputs: number): number {
  return inputs <= 1 ? 0 : Math.log2(inputs)
}
