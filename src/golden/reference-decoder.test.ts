import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint, openTokenizer, readFloatModel } from '../checkpoint/index.js'
import { argmax, ReferenceDecoder } from './reference-decoder.js'

const shared = process.env.ROMULUS_SHARED
const note = shared === undefined ? ' (skipped: ROMULUS_SHARED not set)' : ''

test
  .skipIf(shared === undefined)
  .each(['stories260K.bin', 'stories260K.gguf', 'stories260K-Q8_0.gguf'])(
  `the reference decoder writes the text of stories260K from %s${note}`,
  async (file) => {
    const folder = join(shared!, 'models', 'stories260K')
    const checkpoint = await openCheckpoint(join(folder, file))
    const tokenizer = await openTokenizer(join(folder, 'tok512.bin'))
    const decoder = new ReferenceDecoder(await readFloatModel(checkpoint))
    const tokens = [tokenizer.bos]
    while (tokens.length < 80) tokens.push(argmax(decoder.step(tokens.at(-1)!)))
    await checkpoint.close()
    expect(tokenizer.decode(tokens)).toContain(
      'Once upon a time, there was a little girl named Lily. She loved to play outside in the park. ' +
        'One day, she saw a big, red ball. She wanted to play with it, but it was too high',
    )
  },
)
