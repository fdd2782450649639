import { InvalidArgumentError } from 'commander'

/** Parses an option that is one of some numbers. */
export function oneOf<const N extends number>(choices: readonly N[]): (text: string) => N {
  return (text) => {
    const found = choices.find((choice) => String(choice) === text)
    if (found === undefined) throw new InvalidArgumentError(`One of ${choices.join(', ')}.`)
    return found
  }
}
