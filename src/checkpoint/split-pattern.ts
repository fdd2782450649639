import { InputError } from '../common/input-error.js'

/** A group that ignores case, without groups inside it. */
const CASELESS_GROUP = /\(\?i:([^()]*)\)/g

/**
 * A tokenizer's regular expression for JavaScript, global: `(?i:...)`, which not every Node knows, is written out.
 * @throws InputError for expressions that JavaScript does not know.
 */
export function splitPattern(source: string, file: string): RegExp {
  const written = source.replaceAll(CASELESS_GROUP, (_, body: string) => {
    const eitherCase = body.replaceAll(/\\.|[A-Za-z]/g, (part) =>
      part.length > 1 ? part : `[${part.toLowerCase()}${part.toUpperCase()}]`,
    )
    return `(?:${eitherCase})`
  })
  try {
    return new RegExp(written, 'gu')
  } catch {
    throw new InputError('the pattern is not supported', { file, field: 'pre_tokenizer' })
  }
}
