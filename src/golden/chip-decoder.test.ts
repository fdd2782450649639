import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint, openTokenizer } from '../checkpoint/index.js'
import { quantizeModel } from '../quantize/index.js'
import { ChipDecoder } from './chip-decoder.js'
import { argmax } from './reference-decoder.js'

const shared = process.env.ROMULUS_SHARED
const skip = shared === undefined ? ' (skipped: ROMULUS_SHARED not set)' : ''

test.skipIf(shared === undefined)(
  `with the weights of the Q8_0 file, the chip's arithmetic writes the float reference text${skip}`,
  async () => {
    const folder = join(shared!, 'models', 'stories260K')
    const checkpoint = await openCheckpoint(join(folder, 'stories260K-Q8_0.gguf'))
    const tokenizer = await openTokenizer(join(folder, 'tok512.bin'))
    const model = await quantizeModel(checkpoint, { bits: 8, headBits: 8, group: 32 })
    await checkpoint.close()
    const decoder = new ChipDecoder(model, {
      vectorLanes: 8,
      mantissaBits: 12,
      digitBits: 8,
      kvFormat: 'int8',
    })
    const tokens = [tokenizer.bos]
    while (tokens.length < 80) tokens.push(argmax(decoder.step(tokens.at(-1)!)))
    expect(tokenizer.decode(tokens)).toContain(
      'Once upon a time, there was a little girl named Lily. She loved to play outside in the park. ' +
        'One day, she saw a big, red ball. She wanted to play with it, but it was too high',
    )
  },
)
