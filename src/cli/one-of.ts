import { InvalidArgumentError } from 'commander'

/** Parses an option that is one of some numbers and words. */
export function oneOf<const N extends number | string>(choices: readonly N[]): (text: string) => N {
  return (text) => {
    const found = choices.find((choice) => String(choice) === text)
    if (found === undefined) throw new InvalidArgumentError(`One of ${choices.join(', ')}.`)
    return found
  }
}
