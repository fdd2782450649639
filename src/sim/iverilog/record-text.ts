import type { EmittedPort } from '../../emit/emitted-design.js'
import { portWords } from '../engine.js'

/** A record as one hexadecimal number, its first word in the lowest digits; `0` when it has no words. */
export function recordText(words: Uint32Array, offset: number, count: number): string {
  let text = count === 0 ? '0' : ''
  for (let word = offset + count - 1; word >= offset; word--) {
    text += words[word]!.toString(16).padStart(8, '0')
  }
  return text
}

/** Reads a record of 8 digits a word into its words; a word with unknown bits comes out as anything. */
export function parseRecord(text: string, words: Uint32Array): void {
  for (let word = 0; word < words.length; word++) {
    const end = text.length - 8 * word
    words[word] = Number.parseInt(text.slice(end - 8, end), 16)
  }
}

/** The digits of one port's words in a record. */
export function portDigits(record: string, port: EmittedPort, offset: number): string {
  const end = record.length - 8 * offset
  return record.slice(end - 8 * portWords(port), end)
}

/** Whether some digit stands for bits that are x or z. */
export function isUnknown(digits: string): boolean {
  return /[xz]/i.test(digits)
}
