import { z } from 'zod'
import { type BytePairVocabulary, SPACE_SIGN } from './byte-pairs.js'

/**
 * A `tokenizer.json` of Hugging Face's tokenizers, of LLaMA 2's kind: a space sign before the text and for every
 * space, then byte-pair encoding; token 1 starts a text.
 * Source: https://huggingface.co/docs/tokenizers and LLaMA 2's file.
 */
export function tokenizerJson(vocabulary: BytePairVocabulary, marks: readonly string[]): string {
  const [unknown, bos] = marks
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: marks.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: SPACE_SIGN },
        { type: 'Replace', pattern: { String: ' ' }, content: SPACE_SIGN },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { [bos!]: { id: bos, ids: [1], tokens: [bos] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE_SIGN }, content: ' ' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown,
      fuse_unk: true,
      byte_fallback: false,
      vocab: Object.fromEntries(vocabulary.tokens.map((token, number) => [token, number])),
      merges: vocabulary.merges.map((pair) => pair.join(' ')),
    },
  }
  return `${JSON.stringify(file, undefined, 1)}\n`
}

const tokenizerFile = z.object({
  model: z.object({ vocab: z.record(z.string(), z.number()), merges: z.array(z.string()) }),
})

/** The vocabulary in such a file. */
export function vocabularyOf(text: string): BytePairVocabulary {
  const { model } = tokenizerFile.parse(JSON.parse(text))
  const numbered = Object.entries(model.vocab).sort(([, a], [, b]) => a - b)
  return {
    tokens: numbered.map(([token]) => token),
    merges: model.merges.map((pair) => pair.split(' ') as [string, string]),
  }
}
