import { crc32OfWords } from '../../../src/common/crc32.js'
import { type AdapterStatus, adapterMagic } from '../../../src/compiler/adapter-frame.js'

/** With the CRC that these words would have. */
export function sealed(body: readonly number[]): number[] {
  return [...body, crc32OfWords(Uint32Array.from(body))]
}

function replaced(words: readonly number[], at: number, by: number): number[] {
  return words.map((word, i) => (i === at ? by : word))
}

/** Faults by the status that they give, as what becomes of a good frame of at least 13 words of payload. */
export const frameFaults: readonly (readonly [
  AdapterStatus,
  (frame: readonly number[]) => readonly number[],
])[] = [
  ['bad magic', (frame) => sealed(replaced(frame.slice(0, -1), 0, adapterMagic ^ 1))],
  ['bad magic', () => [0]],
  ['no such slot', (frame) => sealed(replaced(frame.slice(0, -1), 1, 2))],
  ['no such slot', (frame) => sealed(replaced(frame.slice(0, -1), 1, 0x80000001))],
  ['wrong shape', (frame) => sealed(replaced(frame.slice(0, -1), 2, 0))],
  ['wrong shape', (frame) => sealed(replaced(frame.slice(0, -1), 3, 0))],
  ['wrong shape', (frame) => sealed(replaced(frame.slice(0, -1), 4, 0))],
  ['wrong shape', (frame) => sealed(replaced(frame.slice(0, -1), 5, 0))],
  ['wrong shape', (frame) => sealed(replaced(frame.slice(0, -1), 6, 0))],
  ['wrong length', (frame) => sealed([...replaced(frame.slice(0, -1), 7, frame[7]! + 1), 0])],
  ['truncated', () => [adapterMagic]],
  ['truncated', (frame) => sealed(frame.slice(0, 8))],
  ['truncated', (frame) => sealed(frame.slice(0, -2))],
  ['over-long', (frame) => [...frame, 0]],
  ['over-long', (frame) => sealed(frame)],
  ['wrong CRC', (frame) => replaced(frame, 20, frame[20]! ^ 1)],
  ['wrong CRC', (frame) => replaced(frame, frame.length - 1, 0)],
]
