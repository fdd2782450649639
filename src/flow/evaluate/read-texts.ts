import { readFile } from 'node:fs/promises'
import type { Tokenizer } from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'

const separator = '<|endoftext|>'

/**
 * The tokens of the texts of a file, which `<|endoftext|>` separates.
 * @throws InputError when the file cannot be read or has no token to predict
 */
export async function readTexts(path: string, tokenizer: Tokenizer): Promise<number[][]> {
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch (error) {
    throw new InputError((error as Error).message, { file: path })
  }
  const texts = content
    .split(separator)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => tokenizer.encode(text))
  if (texts.every((tokens) => tokens.length < 2)) {
    throw new InputError('has no text', { file: path })
  }
  return texts
}
