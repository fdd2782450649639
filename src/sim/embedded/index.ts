export { EmbeddedEngine, openEmbedded } from './embedded-engine.js'
export {
  CheckError,
  type CheckFailure,
  type CoverCount,
  type EmbeddedOptions,
} from './options.js'
