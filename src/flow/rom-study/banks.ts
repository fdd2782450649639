import type { RomContents } from '../../hdl/index.js'

/** Where banks of one kind of weights come from, in any shape. */
export interface BankSource {
  readonly name: string
  /** For people: which weights, in which format. */
  readonly description: string
  /** Bits of a weight's code; absent when the bits are no weights. */
  readonly weightBits?: number
  /**
   * Words of codes, the first code lowest.
   *
   * @param width bits of a word
   * @throws InputError when a word is no whole number of codes, or there are too few weights
   */
  contents(width: number, depth: number): Promise<RomContents>
}

/** Contents to build a ROM from. */
export interface Bank {
  readonly source: BankSource
  readonly contents: RomContents
}

export function bankTitle({ source, contents: { depth, width } }: Bank): string {
  return `${source.name} ${depth} x ${width}`
}
