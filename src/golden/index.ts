export { type AlignedGroup, alignGroup, alignVector } from './align.js'
export { round32 } from './binary32.js'
export { type GroupParameters, groupProduct, matrixVector } from './l-unit.js'
export {
  argmax,
  type ProjectionListener,
  ReferenceDecoder,
  type ReferenceModel,
  readReferenceModel,
} from './reference-decoder.js'
