export { hUnit } from './h-unit.js'
export { type HUnitParameters, hUnitParameters, type KvFormat, kvFormats } from './parameters.js'
export { type HUnitTiming, hUnitTiming } from './timing.js'
