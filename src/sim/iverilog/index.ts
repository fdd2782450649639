export { type IverilogEngine, type IverilogOptions, openIverilog } from './engine.js'
