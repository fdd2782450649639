import type { Tokenizer } from '../../../checkpoint/index.js'
import { TextStream } from '../../../checkpoint/text-stream.js'
import { smallConfig } from './small-model.js'

/** A tokenizer of the small model for which every text is `prompt`, and every token nothing. */
export function promptTokenizer(prompt: readonly number[]): Tokenizer {
  return {
    size: smallConfig.vocabulary,
    bos: 1,
    eos: -1,
    encode: () => [...prompt],
    decode: () => '',
    stream: () => new TextStream(() => new Uint8Array()),
  }
}
