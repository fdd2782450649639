import { reservedBy } from '../hdl/reserved-words.js'

/**
 * The identifiers of one module. Names are unique in any case of letters, because VHDL and some file
 * systems fold it.
 */
export class NameScope {
  readonly #taken = new Set<string>()
  readonly #nextNumber = new Map<string, number>()

  /** Takes a name that the author chose as it stands. */
  reserve(name: string): void {
    this.#taken.add(name.toLowerCase())
  }

  /** Whether a name is free and legal. */
  isFree(name: string): boolean {
    return !this.#taken.has(name.toLowerCase()) && reservedBy(name) === undefined
  }

  /**
   * Takes the first free name of `stem`, `stem2`, `stem3`...; `suffixes` ask for several names with
   * one stem at once (`count` for `count_d` and `count_q`).
   *
   * @returns the stem that was taken
   */
  allocate(stem: string, suffixes: readonly string[] = ['']): string {
    for (let number = this.#nextNumber.get(stem) ?? 1; ; number++) {
      const candidate = number === 1 ? stem : `${stem}${number}`
      if (suffixes.every((suffix) => this.isFree(candidate + suffix))) {
        for (const suffix of suffixes) this.reserve(candidate + suffix)
        this.#nextNumber.set(stem, number + 1)
        return candidate
      }
    }
  }
}

/** Makes one identifier of the path of an instance port: `u_mac.sum_o` becomes `u_mac_sum`. */
export function netNameOfPort(instance: string, port: string): string {
  return `${instance}_${stripDirection(port)}`
}

/** Without the direction suffix of a port; what is left keeps an active-low `n`. */
export function stripDirection(port: string): string {
  const match = /^(.+?)(?:_(n?)(?:i|o|io))$/.exec(port)
  if (match === null) return port
  return match[2] === 'n' ? `${match[1]}_n` : match[1]!
}

/** `tx_state` becomes `TxState`. */
export function upperCamel(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')
}
