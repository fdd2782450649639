import { openCheckpoint, readFloatModel, type Tokenizer } from '../../src/checkpoint/index.js'
import { InputError } from '../../src/common/input-error.js'
import { Random } from '../../src/common/random.js'
import { ReferenceDecoder } from '../../src/golden/index.js'
import { animals, boys, girls } from './stories/words.js'

const SEED = 1

/** Names and animals of a story, in the order in which they first appear. */
function charactersOf(story: string): string[] {
  const found = story.match(new RegExp(`\\b(${[...girls, ...boys, ...animals].join('|')})\\b`, 'g'))
  return [...new Set(found ?? [])]
}

/** A story that the model writes from BOS, each token drawn with its probability. */
function drawStory(
  decoder: ReferenceDecoder,
  tokenizer: Tokenizer,
  random: Random,
  longest: number,
) {
  const tokens = [tokenizer.bos]
  while (tokens.length < longest) {
    const next = draw(decoder.step(tokens.at(-1)!), random.fraction())
    if (next === tokenizer.bos) break
    tokens.push(next)
  }
  return tokenizer.decode(tokens)
}

function draw(logits: Float64Array, fraction: number): number {
  const largest = Math.max(...logits)
  const weights = logits.map((logit) => Math.exp(logit - largest))
  let left = fraction * weights.reduce((a, b) => a + b, 0)
  for (const [token, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return token
  }
  return 0
}

/** Prints how many of a model's stories have a third character, which the grammar's never have: MODEL [STORIES]. */
async function countSlips(path: string, stories: number): Promise<void> {
  const checkpoint = await openCheckpoint(path)
  const tokenizer = await checkpoint.readTokenizer()
  if (tokenizer === undefined) throw new InputError('has no tokenizer', { file: path })
  const model = await readFloatModel(checkpoint)
  await checkpoint.close()
  const random = new Random(SEED)
  let slips = 0
  for (let i = 0; i < stories; i++) {
    const { contextLength } = model.config
    const story = drawStory(new ReferenceDecoder(model), tokenizer, random, contextLength)
    if (charactersOf(story).length > 2) slips++
  }
  console.log(`${slips} of ${stories} stories have more than two characters (seed ${SEED})`)
}

const [path, stories = '100'] = process.argv.slice(2)
if (path === undefined) {
  console.error('usage: name-slips MODEL [STORIES]')
  process.exitCode = 2
} else await countSlips(path, Number(stories))
