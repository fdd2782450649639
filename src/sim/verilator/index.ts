export {
  buildVerilator,
  removeExecutable,
  type VerilatorBuildOptions,
  type VerilatorExecutable,
  withoutDfg,
} from './build.js'
export { openVerilator, type VerilatorEngine, type VerilatorOptions } from './engine.js'
