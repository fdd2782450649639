import { contentKey, type ResultCache } from '../../src/common/result-cache.js'
import { type EmittedDesign, filesFor } from '../../src/emit/index.js'
import type { StudyLibrary } from '../../src/flow/rom-study/libraries.js'
import {
  firstWrongBit,
  RomMapper,
  romMappingScript,
  type Yosys,
  YosysTimeout,
} from '../../src/synth/index.js'
import { firstWrongSum } from './check-sums.js'
import { type Cone, coneDesign, consumerDesign, romDesign } from './cone.js'

/** Transistors of generic gates, or square micrometres; absent where a mapping did not end. */
export interface ConeAreas {
  readonly rom?: number
  readonly consumer?: number
  /** ROM and consumer, mapped apart. */
  readonly separate?: number
  /** Both flattened into one module before optimisation and mapping. */
  readonly fused?: number
}

export interface ConeOptions {
  readonly yosys: Yosys
  readonly cache: ResultCache
  readonly abcScript: string
  /** Seconds of a run of Yosys. */
  readonly limit: number
}

/**
 * Maps a cone in a ROM construction, apart and fused. The ROM's netlist is read at every address, and the netlists with products
 * compute every address with random and extreme activations.
 *
 * @throws Error for a netlist that is wrong anywhere
 */
export async function measureCone(
  cone: Cone,
  construction: string,
  { liberty }: StudyLibrary,
  options: ConeOptions,
): Promise<ConeAreas> {
  const wrongSum = (netlist: string) => firstWrongSum(netlist, cone)
  const wrongBit = (netlist: string) => firstWrongBit(netlist, cone.contents)?.address
  const area = (design: EmittedDesign, flatten: boolean, wrong: Check) =>
    checkedArea(cone, design, flatten, wrong, liberty, options)
  const rom = await area(romDesign(cone, construction), false, wrongBit)
  const consumer = await area(consumerDesign(cone), false, wrongSum)
  const fused = await area(coneDesign(cone, construction), true, wrongSum)
  return {
    ...(rom === undefined ? {} : { rom }),
    ...(consumer === undefined ? {} : { consumer }),
    ...(rom === undefined || consumer === undefined ? {} : { separate: rom + consumer }),
    ...(fused === undefined ? {} : { fused }),
  }
}

/** The first address at which a netlist is wrong. */
type Check = (netlist: string) => number | undefined

type Kept = { readonly area: number } | { readonly notEndedWithin: number }

async function checkedArea(
  { contents }: Cone,
  design: EmittedDesign,
  flatten: boolean,
  wrong: Check,
  liberty: StudyLibrary['liberty'],
  { yosys, cache, abcScript, limit }: ConeOptions,
): Promise<number | undefined> {
  const key = contentKey([
    'fused cell 1',
    yosys.build,
    romMappingScript(liberty, abcScript, flatten),
    contents.hash,
    filesFor(design, 'synthesis').map(({ path, text }) => [path, text]),
    liberty?.text ?? '',
  ])
  const known = cache.get(key) as Kept | undefined
  if (known !== undefined && 'area' in known) return known.area
  if (known !== undefined && known.notEndedWithin >= limit) return undefined
  const run = { timeoutMilliseconds: 1000 * limit }
  try {
    const mapper = new RomMapper(design, { yosys, abcScript, flatten, run })
    const { area, netlist } = await mapper.map(liberty)
    const address = wrong(netlist)
    if (address !== undefined) throw new Error(`${design.top} is wrong at address ${address}`)
    cache.set(key, { area } satisfies Kept)
    return area
  } catch (error) {
    if (!(error instanceof YosysTimeout)) throw error
    cache.set(key, { notEndedWithin: limit } satisfies Kept)
    return undefined
  }
}
