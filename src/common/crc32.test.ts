import { expect, test } from 'vitest'
import { crc32OfWords } from './crc32.js'

test('CRCs of published examples', () => {
  const ascii = (text: string) => {
    const bytes = new DataView(Uint8Array.from(text, (char) => char.charCodeAt(0)).buffer)
    return Uint32Array.from({ length: text.length / 4 }, (_, i) => bytes.getUint32(i * 4, true))
  }
  expect(crc32OfWords(new Uint32Array())).toBe(0)
  expect(crc32OfWords(new Uint32Array(8))).toBe(0x190a55ad)
  expect(crc32OfWords(new Uint32Array(8).fill(0xffffffff))).toBe(0xff6cab0b)
  expect(crc32OfWords(ascii('The quick brown fox jumps over the lazy dog.'))).toBe(0x519025e9)
})
