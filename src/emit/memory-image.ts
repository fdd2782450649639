import type { RomContents } from '../hdl/ir/rom-contents.js'

/** A `$readmemh` file: one word a line, all digits, lower case, exactly `depth` lines. */
export function memoryImage(contents: RomContents): string {
  const { bytes, bytesPerWord, depth, width } = contents
  const digits = Math.ceil(width / 4)
  const lines: string[] = []
  for (let at = 0; at < depth; at++) {
    const word = bytes.slice(at * bytesPerWord, (at + 1) * bytesPerWord).reverse()
    lines.push(
      Buffer.from(word.buffer, word.byteOffset, word.length).toString('hex').slice(-digits),
    )
  }
  return `${lines.join('\n')}\n`
}
