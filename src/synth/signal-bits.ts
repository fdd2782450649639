import { constantBits, plainName, type RtlilModule } from './rtlil.js'

/**
 * The bits of an RTLIL signal, most significant first: `name[3]` for a bit of a vector, `name` for a wire
 * of one bit, and `'0`, `'1`, `'x` for constants.
 */
export function signalBits(signal: string, widths: ReadonlyMap<string, number>): string[] {
  const words = signal.split(' ').filter((word) => word !== '{' && word !== '}')
  const bits: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    const constant = constantBits(word)
    if (constant !== undefined) {
      for (const bit of constant) bits.push(`'${bit}`)
      continue
    }
    const name = plainName(word)
    const width = widths.get(name)
    if (width === undefined) throw new Error(`no wire ${word}`)
    const selection = /^\[(\d+)(?::(\d+))?\]$/.exec(words[index + 1] ?? '')
    if (selection !== null) index++
    const high = selection === null ? width - 1 : Number(selection[1])
    const low = selection === null ? 0 : Number(selection[2] ?? selection[1])
    for (let bit = high; bit >= low; bit--) bits.push(width === 1 ? name : `${name}[${bit}]`)
  }
  return bits
}

export function wireWidths({ wires }: RtlilModule): ReadonlyMap<string, number> {
  return new Map(wires.map(({ name, width }) => [name, width]))
}

/** Which bits of a module are one net, by its `connect` statements. */
export class Nets {
  readonly #parents = new Map<string, string>()
  readonly #members = new Map<string, string[]>()

  constructor(
    { aliases, wires }: RtlilModule,
    private readonly widths: ReadonlyMap<string, number>,
  ) {
    for (const [driven, driver] of aliases) {
      const drivers = signalBits(driver, widths)
      for (const [index, bit] of signalBits(driven, widths).entries()) {
        const source = drivers[index]!
        if (!source.startsWith("'")) this.#parents.set(this.#root(bit), this.#root(source))
      }
    }
    for (const { name } of wires) {
      for (const bit of signalBits(name, widths)) {
        const root = this.#root(bit)
        const members = this.#members.get(root)
        if (members === undefined) this.#members.set(root, [bit])
        else members.push(bit)
      }
    }
  }

  /** Every name of the net that a one-bit signal belongs to. */
  namesOf(signal: string): readonly string[] {
    const [bit] = signalBits(signal, this.widths)
    return this.#members.get(this.#root(bit!)) ?? []
  }

  #root(bit: string): string {
    let root = bit
    for (let parent = this.#parents.get(root); parent !== undefined; ) {
      root = parent
      parent = this.#parents.get(root)
    }
    return root
  }
}
