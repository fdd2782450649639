import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses JSON in UTF-8 that must not repeat a key within an object.
 * @param start position of the bytes in the file, for messages.
 * @throws InputError for bytes that are not UTF-8, text that is not JSON, and repeated keys.
 */
export function parseJson(encoded: Uint8Array, file: string, start = 0): unknown {
  const location = { file, offset: start }
  let text: string
  let value: unknown
  try {
    text = utf8.decode(encoded)
  } catch {
    throw new InputError('the JSON is not UTF-8', location)
  }
  try {
    value = JSON.parse(text)
  } catch (error) {
    const detail = printable(error instanceof Error ? error.message : String(error))
    throw new InputError(`not JSON: ${detail}`, location)
  }
  const repeated = repeatedKey(text)
  if (repeated !== undefined) {
    const before = text.slice(0, repeated.index)
    throw new InputError('the key is used twice', {
      file,
      offset: start + Buffer.byteLength(before),
      field: printable(repeated.key),
    })
  }
  return value
}

/** The first key that an object of a valid JSON text has twice, with its place in the text. */
function repeatedKey(json: string): { key: string; index: number } | undefined {
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g
  const open: Set<string>[] = []
  for (const match of json.matchAll(token)) {
    if (match[0] === '{') open.push(new Set())
    else if (match[0] === '}') open.pop()
    else if (match[1] !== undefined) {
      const key = JSON.parse(match[0].slice(0, -match[1].length))
      const keys = open.at(-1)!
      if (keys.has(key)) return { key, index: match.index }
      keys.add(key)
    }
  }
  return undefined
}
