import { writeFileSync } from 'node:fs'

/** Writes stories one after the other as tokens, in unsigned 16-bit little-endian numbers. */
export function writeTokens(
  file: string,
  stories: readonly string[],
  tokensOf: (story: string) => readonly number[],
): void {
  const tokens = stories.flatMap(tokensOf)
  writeFileSync(file, Uint16Array.from(tokens))
  console.log(`${file}: ${stories.length} stories, ${tokens.length} tokens`)
}

/** Writes stories as `romulus evaluate --text` reads them. */
export function writeTexts(file: string, stories: readonly string[]): void {
  writeFileSync(file, stories.join('\n<|endoftext|>\n'))
}
