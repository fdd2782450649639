export {
  buildVerilator,
  removeExecutable,
  soundOptimisations,
  type VerilatorBuildOptions,
  type VerilatorExecutable,
} from './build.js'
export { openVerilator, type VerilatorEngine, type VerilatorOptions } from './engine.js'
