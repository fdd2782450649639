import { InvalidArgumentError } from 'commander'

/** Parses an option that is a whole number from 1 to 999,999,999. */
export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text) || Number(text) < 1) {
    throw new InvalidArgumentError('A whole number from 1 on.')
  }
  return Number(text)
}
