import type { ModuleBuilder, SInt, UInt } from '../../src/hdl/index.js'

/**
 * The elements of a head, complete with its last beat, from beats in consecutive cycles.
 *
 * @param beat the elements that belong to the present cycle
 */
export function gatherHead<S extends UInt | SInt>(
  m: ModuleBuilder,
  name: string,
  beat: readonly S[],
  beats: number,
): S[] {
  const late: (readonly S[])[] = [beat]
  for (let edges = 1; edges < beats; edges++) {
    const before = late[0]!
    late.unshift(
      before.map((element, lane) => m.delayed(`${name}${lane}_late${edges}`, element) as S),
    )
  }
  return late.flat()
}
