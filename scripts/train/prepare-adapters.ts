import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Checkpoint, openCheckpoint } from '../../src/checkpoint/index.js'
import { bundledModel } from '../../src/flow/chip/bundled-model.js'
import { type CodeBits, dequantize, quantizeModel } from '../../src/quantize/index.js'
import { prose, questions, tellDataset } from './stories/tell-story.js'
import { storyEncoder } from './story-encoder.js'
import { vocabularyOf } from './tokenizer-json.js'
import { writeTexts, writeTokens } from './write-stories.js'

const TRAINING_STORIES = 30_000
const VALIDATION_STORIES = 200
const HEAD_BITS = 8
const GROUP = 64

/**
 * Writes what `train_adapter.py` reads: stories in `prose` and in `questions`, as tokens and the validation stories
 * as text too, and the bundled model's weights as a chip of 4 and one of 2 bits has them: `int4.f32` and `int2.f32`.
 */
async function prepareAdapters(folder: string): Promise<void> {
  const checkpoint = await openCheckpoint(bundledModel())
  const tokenizer = readFileSync(join(dirname(bundledModel()), 'tokenizer.json'), 'utf8')
  const encode = storyEncoder(vocabularyOf(tokenizer))
  for (const [name, manner] of Object.entries({ prose, questions })) {
    const inside = join(folder, name)
    mkdirSync(inside, { recursive: true })
    const { training, validation } = tellDataset(TRAINING_STORIES, VALIDATION_STORIES, manner)
    writeTokens(join(inside, 'training.u16'), training, encode)
    writeTokens(join(inside, 'validation.u16'), validation, encode)
    writeTexts(join(inside, 'validation.txt'), validation)
  }
  for (const bits of [4, 2] as const) {
    writeFileSync(join(folder, `int${bits}.f32`), await chipWeights(checkpoint, bits))
  }
  await checkpoint.close()
}

/**
 * Every value that a chip's model has, binary32, little-endian: embedding; the projections of each layer (query, key,
 * value, output, gate, up, down) and its norms; the last norm. The head is the embedding.
 */
async function chipWeights(checkpoint: Checkpoint, bits: CodeBits): Promise<Buffer> {
  const model = await quantizeModel(checkpoint, { bits, headBits: HEAD_BITS, group: GROUP })
  const vectors = [
    dequantize(model.embedding),
    ...model.layers.flatMap(({ wq, wk, wv, wo, w1, w3, w2, attentionNorm, ffnNorm }) => [
      ...[wq, wk, wv, wo, w1, w3, w2].map(dequantize),
      attentionNorm,
      ffnNorm,
    ]),
    model.norm,
  ]
  return Buffer.concat(
    vectors.map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  )
}

await prepareAdapters(process.argv[2] ?? 'adapter-data')
