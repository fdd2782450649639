export { type AlignedGroup, alignGroup, alignVector } from './align.js'
export {
  attend,
  attentionScores,
  type HeadCache,
  softmaxMix,
  type VisitListener,
} from './attention.js'
export { round32 } from './binary32.js'
export {
  ChipDecoder,
  type ChipFormat,
  type OperationListener,
  type OperationName,
} from './chip-decoder.js'
export { swiglu } from './feed-forward.js'
export { type CachedVector, cachedVector, type KvFormat } from './kv-cache.js'
export { type GroupParameters, groupProduct, matrixVector } from './l-unit.js'
export { embeddingRow, MatrixProduct, type ProductFormat } from './matrix-product.js'
export { normFactor, scaled, sumOfSquares } from './norm.js'
export {
  argmax,
  type ProjectionListener,
  ReferenceDecoder,
} from './reference-decoder.js'
export { type RomImage, romSignature } from './rom-signature.js'
export { rotated, rotation } from './rope.js'
export { exp2, reciprocal, rsqrt, sigmoid } from './tabulated.js'
