export {
  type AdapterSlot,
  type AdapterSlotStatus,
  type AnsweredToken,
  type AnswerOptions,
  ChipHost,
  type ChipOptions,
  type ChipStatus,
  openChip,
  type TestedBank,
} from './chip-host.js'
export { openSampler, type Sampler, type SamplingOptions } from './sampling.js'
