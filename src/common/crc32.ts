import { crc32 } from 'node:zlib'

/** The CRC-32 (IEEE 802.3, reflected, as in zlib) of 32-bit words, the bytes of each lowest first. */
export function crc32OfWords(words: Uint32Array): number {
  const bytes = new DataView(new ArrayBuffer(words.byteLength))
  for (const [i, word] of words.entries()) bytes.setUint32(i * 4, word, true)
  return crc32(bytes)
}
