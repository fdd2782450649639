export type { Adapter, AdapterLayer, LowRankUpdate } from './adapters/adapter.js'
export { mergedModel, updateMatrix } from './adapters/merge-adapter.js'
export { openAdapter } from './adapters/open-adapter.js'
export { checkAdapterTarget, writeAdapter } from './adapters/write-adapter.js'
export type { Checkpoint, RowBlock, RowRange, StoredGroups, TensorInfo } from './checkpoint.js'
export { matrixShape, tensorLocation } from './checkpoint.js'
export type { FloatLayer, FloatModel } from './float-model.js'
export { modelConfigOf, readFloatModel } from './float-model.js'
export { storedGroupFormat } from './grouped-types.js'
export { readJsonFile } from './huggingface-config.js'
export type { ModelConfig } from './model-config.js'
export { expectedShape } from './model-config.js'
export { openCheckpoint } from './open-checkpoint.js'
export { openTokenizer } from './open-tokenizer.js'
export { parseSettings } from './settings.js'
export type { StoredType } from './stored-types.js'
export type { LayerTensor, ModelTensor, Projection, TensorRole } from './tensor-names.js'
export {
  canonicalName,
  isProjection,
  layerTensorKinds,
  roleName,
  tensorRole,
} from './tensor-names.js'
export type { TextStream } from './text-stream.js'
export type { Tokenizer } from './tokenizer.js'
