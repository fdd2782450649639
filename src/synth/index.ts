export { lint } from './lint.js'
export {
  openYosys,
  type Yosys,
  type YosysEngine,
  type YosysFiles,
  type YosysRun,
  type YosysRunOptions,
} from './yosys.js'
export { YosysError, YosysTimeout } from './yosys-error.js'
