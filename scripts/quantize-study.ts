import { readFileSync } from 'node:fs'
import {
  type FloatModel,
  openCheckpoint,
  openTokenizer,
  readFloatModel,
  type Tokenizer,
} from '../src/checkpoint/index.js'
import { referenceOf, weightBytes } from '../src/flow/evaluate/evaluate.js'
import { meanLoss } from '../src/flow/evaluate/loss.js'
import { ReferenceDecoder } from '../src/golden/index.js'
import {
  type ChipModel,
  groupSizeChoices,
  quantizeModel,
  quantizeModelCalibrated,
} from '../src/quantize/index.js'

const LONGEST_STORY = 256

/** Prints nats per token of a model's quantisations: MODEL TOKENIZER TEXT [SEQUENCES]. */
async function study(
  modelPath: string,
  tokenizerPath: string,
  textPath: string,
  sequences: number,
): Promise<void> {
  const checkpoint = await openCheckpoint(modelPath)
  const tokenizer = await openTokenizer(tokenizerPath)
  const stories = storiesOf(readFileSync(textPath, 'utf8'), tokenizer)
  const float = await readFloatModel(checkpoint)
  console.log(`float                  ${await loss(float, stories)}`)
  for (const group of groupSizeChoices) {
    const format = { bits: 4, headBits: 8, group } as const
    const print = async (method: string, quantized: ChipModel, seconds: number) => {
      const nats = await loss(referenceOf(quantized, float), stories)
      const label = `${method.padEnd(10)} group ${String(group).padStart(3)}`
      console.log(`${label}  ${nats}  ${weightBytes(quantized)} bytes  ${seconds.toFixed(0)} s`)
    }
    const start = performance.now()
    const searched = await quantizeModel(checkpoint, format)
    const between = performance.now()
    const calibration = { bos: tokenizer.bos, sequences }
    const fitted = await quantizeModelCalibrated(float, format, calibration)
    const end = performance.now()
    await print('search', searched, (between - start) / 1000)
    await print('calibrated', fitted, (end - between) / 1000)
  }
  await checkpoint.close()
}

function storiesOf(text: string, tokenizer: Tokenizer): number[][] {
  return text
    .split('<|endoftext|>')
    .map((story) => story.trim())
    .filter((story) => story !== '')
    .map((story) => tokenizer.encode(story).slice(0, LONGEST_STORY))
}

async function loss(model: FloatModel, stories: readonly number[][]): Promise<string> {
  return (await meanLoss(stories, () => new ReferenceDecoder(model))).toFixed(4)
}

const [model, tokenizer, text, sequences = '32'] = process.argv.slice(2)
if (model === undefined || tokenizer === undefined || text === undefined) {
  console.error('usage: quantize-study MODEL TOKENIZER TEXT [SEQUENCES]')
  process.exitCode = 2
} else await study(model, tokenizer, text, Number(sequences))
