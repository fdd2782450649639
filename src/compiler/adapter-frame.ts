import { crc32OfWords } from '../common/crc32.js'

/** The first word of a frame. */
export const adapterMagic = 0x41524f4c

/** Words before the payload: magic, slot, and those that a chip compares with its own. */
export const adapterHeaderWords = 8

/** What became of a frame, by its code in the chip's status; `docs/adapters.md` says when. */
export const adapterStatuses = [
  'none',
  'loading',
  'loaded',
  'bad magic',
  'no such slot',
  'slot in use',
  'wrong shape',
  'wrong length',
  'truncated',
  'over-long',
  'wrong CRC',
] as const
export type AdapterStatus = (typeof adapterStatuses)[number]

export interface AdapterFrame {
  /** 0 or 1. */
  readonly slot: number
  /** Words 2 to 7 of the frame, the last of them the words of the payload. */
  readonly header: readonly number[]
  readonly payload: Uint32Array
}

/**
 * The words that load an adapter, as `docs/adapters.md` lists them; `tlast` comes with the last one.
 *
 * @throws RangeError when the header is not that of the payload
 */
export function adapterFrame({ slot, header, payload }: AdapterFrame): Uint32Array {
  const start = [adapterMagic, slot, ...header]
  if (start.length !== adapterHeaderWords || header.at(-1) !== payload.length) {
    throw new RangeError(`the header [${header.join()}] before ${payload.length} words of payload`)
  }
  const frame = new Uint32Array(start.length + payload.length + 1)
  frame.set(start)
  frame.set(payload, start.length)
  frame[frame.length - 1] = crc32OfWords(frame.subarray(0, -1))
  return frame
}
