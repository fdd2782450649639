import type { Program } from '../graph/program.js'
import { analyseRanges } from '../graph/ranges.js'
import { breakCycles } from './break-cycles.js'
import type { LaneSet } from './lane-sets.js'
import { LaneTypes } from './lane-types.js'
import { noPacks, type Packs } from './pack.js'

/** Which values are computed in vectors, and how they lie there. */
export interface LanePlan {
  readonly packs: Packs
  readonly types: LaneTypes
}

/** Puts what repeated instances compute into the lanes of vectors. */
export function planLanes(program: Program, laneSets: readonly LaneSet[]): LanePlan {
  if (laneSets.length === 0) return scalarPlan(program)
  const packs = breakCycles(program, laneSets)
  const ranges = analyseRanges(program.graph, program.registers, program.design.roms)
  const types = new LaneTypes(packs, ranges, (value) => program.graph.widths[value]!)
  return { packs, types }
}

/** A plan without vectors. */
export function scalarPlan(program: Program): LanePlan {
  const packs = noPacks(program.graph.size)
  const empty = new Float64Array(0)
  const ranges = {
    unsignedHigh: empty,
    signedLow: empty,
    signedHigh: empty,
    exactSigned: new Uint8Array(0),
  }
  return { packs, types: new LaneTypes(packs, ranges, (value) => program.graph.widths[value]!) }
}
