export * from './emit/index.js'
export * from './hdl/index.js'
export * from './sim/index.js'
