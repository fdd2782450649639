export { type AlignParameters, alignShape } from './align-shape.js'
export { activationReadPorts, alignUnit } from './align-unit.js'
export {
  type EmbeddingWeights,
  type VectorUnitContents,
  vectorRowContents,
  vectorRowPlaceholders,
} from './contents.js'
export { sweepType, type VectorSweep, vectorSweeps } from './operations.js'
export { checkVectorUnitParameters, type VectorUnitParameters } from './parameters.js'
export { intervalBits } from './sequencer.js'
export { type VectorTiming, vectorTiming } from './timing.js'
export { vectorRow } from './vector-row.js'
