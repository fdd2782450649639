/** The largest error that was found, in the unit that is named. */
export interface MeasuredError {
  readonly what: string
  readonly cases: number
  readonly largest: number
  readonly unit: string
  /** What no case may exceed, where that is proved. */
  readonly bound?: number
}

/** @param error of case `i`, never negative; not a number counts as infinite */
export function measure(
  what: string,
  cases: number,
  unit: string,
  error: (i: number) => number,
  bound?: number,
): MeasuredError {
  let largest = 0
  for (let i = 0; i < cases; i++) {
    const own = error(i)
    if (!(own <= largest)) largest = Number.isNaN(own) ? Infinity : own
  }
  return { what, cases, largest, unit, ...(bound === undefined ? {} : { bound }) }
}
