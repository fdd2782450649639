import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { learnBytePairs, SPACE_SIGN } from './byte-pairs.js'
import { tellDataset } from './stories/tell-story.js'
import { animals, boys, girls } from './stories/words.js'
import { storyEncoder } from './story-encoder.js'
import { tokenizerJson } from './tokenizer-json.js'
import { writeTexts, writeTokens } from './write-stories.js'

const VOCABULARY = 512
const MARKS = ['<unk>', '<s>', '</s>'] as const
const TRAINING_STORIES = 60_000
const VALIDATION_STORIES = 200

/** Newline and the printable characters of ASCII but for the space. */
const CHARACTERS = ['\n', ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))]

/**
 * Writes what `train.py` reads: `tokenizer.json`, and the stories as tokens, BOS before each, in unsigned 16-bit
 * little-endian numbers: `training.u16` and `validation.u16`; the latter also as text, `validation.txt`. The tokens
 * that names and animals begin with are in `characters.json`.
 */
function prepare(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const { training, validation } = tellDataset(TRAINING_STORIES, VALIDATION_STORIES)
  const vocabulary = learnBytePairs(training.slice(0, 5_000), MARKS, CHARACTERS, VOCABULARY)
  const encode = storyEncoder(vocabulary)
  writeTokens(join(folder, 'training.u16'), training, encode)
  writeTokens(join(folder, 'validation.u16'), validation, encode)
  writeTexts(join(folder, 'validation.txt'), validation)
  writeFileSync(join(folder, 'tokenizer.json'), tokenizerJson(vocabulary, MARKS))
  const characters = [...girls, ...boys, ...animals].map((name) => encode(name)[1]!)
  writeFileSync(join(folder, 'characters.json'), JSON.stringify(characters))
  console.log(`tokenizer.json: ${vocabulary.tokens.length} tokens, space sign ${SPACE_SIGN}`)
}

prepare(process.argv[2] ?? 'train-data')
