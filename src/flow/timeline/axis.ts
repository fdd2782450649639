/**
 * Round numbers between two values, as many as leave each about `spacing` pixels, in steps of `smallest` at least. It is written without imports: the
 * page of an interactive picture runs its text.
 */
export function axisTicks(
  from: number,
  to: number,
  pixels: number,
  spacing = 90,
  smallest = 1,
): number[] {
  const least = ((to - from) * spacing) / pixels
  const power = 10 ** Math.floor(Math.log10(Math.max(least, smallest)))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10)
  const ticks = []
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick)
  return ticks
}
