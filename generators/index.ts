export * from './float/index.js'
export * from './h-unit/index.js'
export * from './l-unit/index.js'
export * from './rom/index.js'
