export { type FloatAddStage, floatAdd, floatAdder, floatAddStages } from './float-adder.js'
export { binary16, binary32, type FloatFormat } from './float-format.js'
export {
  floatScaler,
  type ScaleToFloatShape,
  type ScaleToFloatStage,
  scaleToFloat,
  scaleToFloatStages,
} from './scale-to-float.js'
