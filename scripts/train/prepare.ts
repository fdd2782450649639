import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeWord, learnBytePairs, SPACE_SIGN, wordsOf } from './byte-pairs.js'
import { tellStories } from './stories/tell-story.js'
import { animals, boys, girls } from './stories/words.js'
import { tokenizerJson } from './tokenizer-json.js'

const VOCABULARY = 512
const MARKS = ['<unk>', '<s>', '</s>'] as const
const BOS = 1
const TRAINING_SEED = 1
const VALIDATION_SEED = 2
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
  const training = tellStories(TRAINING_SEED, TRAINING_STORIES)
  const told = new Set(training)
  const validation = tellStories(VALIDATION_SEED, VALIDATION_STORIES).filter(
    (story) => !told.has(story),
  )
  const vocabulary = learnBytePairs(training.slice(0, 5_000), MARKS, CHARACTERS, VOCABULARY)
  const tokenOf = new Map(vocabulary.tokens.map((token, number) => [token, number]))
  const encoded = new Map<string, number[]>()
  const encode = (text: string): number[] =>
    wordsOf(text).flatMap((word) => {
      const known = encoded.get(word)
      if (known !== undefined) return known
      const tokens = encodeWord(word, vocabulary.merges).map((piece) => tokenOf.get(piece)!)
      encoded.set(word, tokens)
      return tokens
    })
  const write = (name: string, stories: readonly string[]) => {
    const tokens = stories.flatMap((story) => [BOS, ...encode(story)])
    writeFileSync(join(folder, name), Uint16Array.from(tokens))
    console.log(`${name}: ${stories.length} stories, ${tokens.length} tokens`)
  }
  write('training.u16', training)
  write('validation.u16', validation)
  writeFileSync(join(folder, 'validation.txt'), validation.join('\n<|endoftext|>\n'))
  writeFileSync(join(folder, 'tokenizer.json'), tokenizerJson(vocabulary, MARKS))
  const characters = [...girls, ...boys, ...animals].map((name) => encode(name)[0]!)
  writeFileSync(join(folder, 'characters.json'), JSON.stringify(characters))
  console.log(`tokenizer.json: ${vocabulary.tokens.length} tokens, space sign ${SPACE_SIGN}`)
}

prepare(process.argv[2] ?? 'train-data')
