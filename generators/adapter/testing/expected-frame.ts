import { crc32OfWords } from '../../../src/common/crc32.js'
import { type AdapterStatus, adapterMagic } from '../../../src/compiler/adapter-frame.js'
import type { AdapterLoaderParameters } from '../adapter-loader.js'

/** A word of payload on its way into a memory. */
export interface PayloadWrite {
  readonly slot: number
  readonly region: number
  readonly unit: number
  readonly address: number
  readonly word: number
  readonly data: number
}

export interface ExpectedFrame {
  readonly status: AdapterStatus
  /** The number of the word that decides the status. */
  readonly decidedAt: number
  /** The first of them follows the word 8, and so on. */
  readonly writes: readonly PayloadWrite[]
}

/**
 * What `docs/adapters.md` says of a frame: its first fault decides, and the words of payload before it are written.
 *
 * @param words up to the one with `tlast`
 * @param isUsed the frame's slot is in use when the word 8 arrives
 */
export function expectedFrame(
  { header, regions }: AdapterLoaderParameters,
  words: readonly number[],
  isUsed: boolean,
): ExpectedFrame {
  const payload = header.at(-1)!
  const slot = words[1] ?? 0
  const last = words.length - 1
  const wrongShape = header.slice(0, -1).findIndex((value, i) => value !== words[2 + i])
  const body = Uint32Array.from(words.slice(0, payload + 8))
  const faults: (readonly [holds: boolean, at: number, AdapterStatus])[] = [
    [words[0] !== adapterMagic, 0, 'bad magic'],
    [slot > 1, 1, 'no such slot'],
    [wrongShape >= 0, 2 + wrongShape, 'wrong shape'],
    [words[7] !== payload, 7, 'wrong length'],
    [isUsed, 8, 'slot in use'],
    [last < payload + 8, last, 'truncated'],
    [last > payload + 8, payload + 8, 'over-long'],
    [words[payload + 8] !== crc32OfWords(body), payload + 8, 'wrong CRC'],
  ]
  const found = faults.filter(([holds]) => holds)
  const decidedAt = Math.min(last, ...found.map(([, at]) => at))
  const status = found.find(([, at]) => at === decidedAt)?.[2] ?? 'loaded'
  const written = Math.max(0, Math.min(decidedAt - 8, payload))
  const writes = placesOf(regions)
    .slice(0, written)
    .map((place, i) => ({ slot, ...place, data: words[8 + i]! }))
  return { status, decidedAt, writes }
}

function placesOf(regions: AdapterLoaderParameters['regions']) {
  return regions.flatMap(({ units, depth, words }, region) =>
    Array.from({ length: units * depth * words }, (_, i) => ({
      region,
      unit: Math.floor(i / (depth * words)),
      address: Math.floor(i / words) % depth,
      word: i % words,
    })),
  )
}
