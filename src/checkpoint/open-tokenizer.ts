import { InputError } from '../common/input-error.js'
import { FileBytes } from './file-bytes.js'
import { GGUF_MAGIC, readGguf } from './gguf.js'
import { readHuggingFaceTokenizer } from './huggingface-tokenizer.js'
import { readLlama2cTokenizer } from './llama2c-tokenizer.js'
import type { Tokenizer } from './tokenizer.js'

/** First byte of a JSON object. A llama2.c file of longest tokens of 123 bytes starts with it, too, then has zeros. */
const BRACE = 0x7b

/**
 * Reads a tokenizer: a llama2.c `tokenizer.bin`, Hugging Face's `tokenizer.json`, or the one inside a GGUF file. The whole vocabulary is read; the
 * file is closed afterwards.
 * @throws InputError for every fault of the file, and for a GGUF file without a tokenizer.
 */
export async function openTokenizer(path: string): Promise<Tokenizer> {
  const bytes = await FileBytes.open(path)
  try {
    const magic = await bytes.read(0, 4, 'tokenizer')
    if (magic[0] === BRACE && magic[3] !== 0) return await readHuggingFaceTokenizer(path)
    if (magic.toString('latin1') !== GGUF_MAGIC) return await readLlama2cTokenizer(bytes)
    const { readTokenizer } = await readGguf(bytes)
    const tokenizer = await readTokenizer?.()
    if (tokenizer === undefined) throw new InputError('has no tokenizer', { file: path })
    return tokenizer
  } finally {
    await bytes.close()
  }
}
