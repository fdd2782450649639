export { type CodeBits, codeBitsChoices } from '../common/code-bits.js'
export {
  type AdapterFormat,
  type AdapterRank,
  adapterRankChoices,
  type ChipAdapter,
  type QuantizedUpdate,
  quantizeAdapter,
} from './adapter.js'
export type { Calibration } from './calibrated/index.js'
export { calibratedBy, inputMoments, quantizeModelCalibrated } from './calibrated/index.js'
export {
  type ChipModel,
  type ChipModelFormat,
  type LayerModel,
  projectionMatrix,
  type QuantizationListener,
  quantizeModel,
} from './chip-model.js'
export type { Clipping } from './group-quantizer.js'
export { importGroups } from './import-groups.js'
export type { QuantizationFormat } from './quantize-matrix.js'
export { MatrixQuantizer, quantizeMatrix } from './quantize-matrix.js'
export type { QuantizedTensor, TensorQuantization } from './quantize-tensor.js'
export { quantizeTensor } from './quantize-tensor.js'
export type {
  GroupSize,
  QuantizationError,
  QuantizedMatrix,
} from './quantized-matrix.js'
export {
  dequantize,
  groupSizeChoices,
  groupsPerRow,
  quantizationError,
  weightBits,
} from './quantized-matrix.js'
export { type Repair, repairProjection } from './repair/index.js'
