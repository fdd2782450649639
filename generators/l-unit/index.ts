export { activationBeat, activationBeatBits } from './activation-buffer.js'
export { lUnitBench } from './bench.js'
export { type TileCycles, tileCycles } from './cycles.js'
export { lUnit } from './l-unit.js'
export {
  type LUnitParameters,
  type LUnitStage,
  lUnitParameters,
  lUnitStages,
  pipelineOfDepth,
} from './parameters.js'
export { type LUnitTiming, lUnitOrder, lUnitTiming } from './schedule.js'
export { type SweepSet, singleSweep, sweepSequencer } from './sequencer.js'
export { lUnitTile } from './tile.js'
export { type LUnitWeights, weightsOfUnit } from './weights.js'
export { type LUnitWidths, lUnitWidths } from './widths.js'
