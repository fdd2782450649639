/** Where in the input a fault lies; every part is optional except that one of them is given. */
export interface InputLocation {
  readonly file?: string
  /** Byte offset in the file. */
  readonly offset?: number
  /** Header field, tensor, option or setting. */
  readonly field?: string
}

/**
 * A fault of the input, not of the program: the command line prints it as one line and exits with 2.
 * The message says what is wrong; `hint`, when given, says what to do.
 */
export class InputError extends Error {
  override readonly name = 'InputError'

  constructor(
    readonly problem: string,
    readonly location: InputLocation,
    readonly hint?: string,
  ) {
    super(formatInputError(problem, location, hint))
  }
}

function formatInputError(problem: string, location: InputLocation, hint?: string): string {
  const place = [
    location.file,
    location.offset === undefined ? undefined : `offset ${location.offset}`,
    location.field,
  ].filter((part) => part !== undefined)
  const prefix = place.length === 0 ? '' : `${place.join(': ')}: `
  return `${prefix}${problem}${hint === undefined ? '' : ` (${hint})`}`
}
