export { type ChipConfig, type ChipConfigInput, defineChip } from './compiler/chip-config.js'
export * from './emit/index.js'
export * from './hdl/index.js'
export * from './sim/index.js'
