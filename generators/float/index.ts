export { exp2Table, fixedExp2, fixedExp2Unit } from './exp2.js'
export { type FloatAddStage, floatAdd, floatAdder, floatAddStages } from './float-adder.js'
export { binary16, binary32, type FloatFormat } from './float-format.js'
export {
  type FloatMultiplyStage,
  floatMultiplier,
  floatMultiply,
  floatMultiplyStages,
} from './float-multiplier.js'
export { floatToFixed } from './float-to-fixed.js'
export { floatToInteger } from './float-to-integer.js'
export { narrowFloat } from './narrow-float.js'
export {
  type PiecewiseQuadraticStage,
  piecewiseQuadratic,
  piecewiseQuadraticStages,
  type TabulatedFunction,
} from './piecewise-quadratic.js'
export { floatReciprocal, floatReciprocalUnit, reciprocalTable } from './reciprocal.js'
export {
  floatReciprocalSquareRoot,
  floatReciprocalSquareRootUnit,
  reciprocalSquareRootTable,
} from './reciprocal-square-root.js'
export { scaleDown } from './scale-down.js'
export {
  floatScaler,
  type ScaleToFloatShape,
  type ScaleToFloatStage,
  scaleToFloat,
  scaleToFloatStages,
} from './scale-to-float.js'
export { floatSigmoid, floatSigmoidUnit, sigmoidTable } from './sigmoid.js'
export { widenFloat } from './widen-float.js'
