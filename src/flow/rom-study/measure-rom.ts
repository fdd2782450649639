import { parseRomPolicy, romModule } from '../../../generators/rom/index.js'
import { contentKey, type ResultCache } from '../../common/result-cache.js'
import { emitDesign, filesFor } from '../../emit/index.js'
import { elaborate, type RomContents } from '../../hdl/index.js'
import {
  firstWrongBit,
  RomMapper,
  romMappingScript,
  type Yosys,
  YosysTimeout,
} from '../../synth/index.js'
import type { StudyLibrary } from './libraries.js'
import type { Figures } from './report.js'

/** What does not depend on what a bit or a weight is. */
export type RomFigures = Omit<Figures, 'areaPerBit' | 'areaPerWeight'>

/** What is kept of a point. */
type Kept = { readonly figures: RomFigures } | { readonly notEndedWithin: number }

export interface MeasureOptions {
  readonly yosys: Yosys
  readonly cache: ResultCache
  readonly abcScript: string
  /** Seconds of a run of Yosys. */
  readonly limit: number
  /** Called after each library. */
  readonly onPoint: (isKept: boolean) => void
}

/**
 * Builds a ROM in one construction, maps it to each library and reads the netlists back.
 *
 * @returns figures for each library; undefined where Yosys did not end within the limit
 */
export async function measureRom(
  contents: RomContents,
  construction: string,
  libraries: readonly StudyLibrary[],
  { yosys, cache, abcScript, limit, onPoint }: MeasureOptions,
): Promise<(RomFigures | undefined)[]> {
  const module = romModule(contents, parseRomPolicy(construction))
  const design = emitDesign(elaborate(module), { sourceComments: false })
  const texts = filesFor(design, 'synthesis').map(({ path, text }) => [path, text])
  const run = { timeoutMilliseconds: 1000 * limit }
  const mapper = new RomMapper(design, { yosys, abcScript, run })
  const measured: (RomFigures | undefined)[] = []
  for (const { liberty } of libraries) {
    const key = contentKey([
      'rom study 2',
      yosys.build,
      romMappingScript(liberty, abcScript),
      contents.hash,
      texts,
      liberty?.text ?? '',
    ])
    let kept = cache.get(key) as Kept | undefined
    const isKept = kept !== undefined && ('figures' in kept || kept.notEndedWithin >= limit)
    if (!isKept) {
      kept = await mapped(mapper, liberty, contents, limit)
      cache.set(key, kept)
    }
    measured.push(kept !== undefined && 'figures' in kept ? kept.figures : undefined)
    onPoint(isKept)
  }
  return measured
}

async function mapped(
  mapper: RomMapper,
  liberty: StudyLibrary['liberty'],
  contents: RomContents,
  limit: number,
): Promise<Kept> {
  try {
    const { depth: levels, netlist, ...figures } = await mapper.map(liberty)
    const proved = firstWrongBit(netlist, contents) === undefined
    return { figures: { ...figures, ...(levels === undefined ? {} : { levels }), proved } }
  } catch (error) {
    if (error instanceof YosysTimeout) return { notEndedWithin: limit }
    throw error
  }
}
