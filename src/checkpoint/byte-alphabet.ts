/**
 * GPT-2's way to write any byte as a printable character: printable Latin-1 bytes stand for themselves, the others
 * are U+0100 and up in order. Source: `bytes_to_unicode` in https://github.com/openai/gpt-2.
 */
const characterOfByte: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
  let shifted = 0x100
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(printable(byte) ? byte : shifted++),
  )
})()

const byteOfCharacter = new Map(characterOfByte.map((character, byte) => [character, byte]))

/** UTF-8 of a text, one printable character a byte. */
export function toByteAlphabet(text: string): string {
  return Array.from(Buffer.from(text), (byte) => characterOfByte[byte]!).join('')
}

/** The bytes that such a text stands for; characters outside the alphabet are their own UTF-8. */
export function fromByteAlphabet(piece: string): Uint8Array {
  return Buffer.concat(
    Array.from(piece, (character) => {
      const byte = byteOfCharacter.get(character)
      return byte === undefined ? Buffer.from(character) : Uint8Array.of(byte)
    }),
  )
}
