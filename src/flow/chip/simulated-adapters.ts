import { InputError } from '../../common/input-error.js'
import { adapterImage } from '../../compiler/adapter-image.js'
import type { Schedule } from '../../compiler/schedule.js'
import type { AdapterSlot, ChipHost } from '../../host/index.js'
import type { ChipAdapter } from '../../quantize/index.js'
import type { Progress } from '../progress.js'
import type { AdaptersInUse } from './adapted-steps.js'
import type { ModelChip } from './chip-steps.js'

/** Adapters that a simulation uses: that of slot 0 from the first token on. */
export interface AdapterUse {
  /** Where they came from, in the order of their slots. */
  readonly paths: readonly string[]
  /** The slot for the token of the answer with the number `at`, from 1 on, and those after it. */
  readonly swap?: { readonly at: number; readonly slot: AdapterSlot }
}

export interface AdapterReport {
  readonly path: string
  /** Of the chip. */
  readonly rank: number
  /** Words of a frame. */
  readonly words: number
  readonly swap?: {
    /** Number of the first token of the answer, from 1 on, that is made with it. */
    readonly at: number
    /** `null` for none. */
    readonly path: string | null
    /** When it was loaded: while tokens were made with the first one, or before the first token where that takes longer. */
    readonly loaded?: 'meanwhile' | 'before'
  }
}

/** Cycles of a token in which the host may have something else to do than to send words of a frame. */
const hostCycles = 64

/** Words of a frame between two looks at the clock. */
const batchWords = 4096

/** The adapters of a simulation in the slots of its chip. */
export class SimulatedAdapters implements AdaptersInUse {
  readonly frames: readonly Uint32Array[]
  /** Position of the first token that the other adapter is used for. */
  readonly #swapPosition: number
  readonly #loadsMeanwhile: boolean

  /** @throws InputError when the answer cannot get to the token from which on the other adapter is used */
  constructor(
    { shape, placement, schedule, model }: ModelChip,
    readonly adapters: readonly ChipAdapter[],
    private readonly use: AdapterUse,
    promptTokens: number,
  ) {
    this.frames = adapters.map((adapter, slot) =>
      adapterImage({ shape, placement, model }, adapter, slot),
    )
    const { at } = use.swap ?? { at: Number.POSITIVE_INFINITY }
    const last = shape.positions - promptTokens + 1
    if (use.swap !== undefined && at > last) {
      throw new InputError(
        `the cache is full behind token ${last} of the answer, there is no token ${at}`,
        { field: '--swap-at' },
      )
    }
    this.#swapPosition = promptTokens + at - 2
    const cycles = use.swap === undefined ? 0 : leastCycles(schedule, this.#swapPosition)
    this.#loadsMeanwhile = cycles >= (this.frames[1]?.length ?? 0)
  }

  slotAt(position: number): AdapterSlot {
    return position < this.#swapPosition ? 0 : this.use.swap?.slot
  }

  /** Loads what has to be there before the first token, and hands over what is loaded meanwhile. */
  async load(host: ChipHost, progress: Progress): Promise<void> {
    for (const [slot, frame] of this.frames.entries()) {
      host.startLoading(frame)
      if (slot === 1 && this.#loadsMeanwhile) return
      await progress.step(`loading ${this.use.paths[slot]}`, async (update) => {
        for (let left = frame.length; left > 0; left = host.loadWords(batchWords)) {
          update(`${frame.length - left} of ${frame.length} words`)
          await new Promise(setImmediate)
        }
      })
    }
  }

  get report(): AdapterReport {
    const { paths, swap } = this.use
    return {
      path: paths[0]!,
      rank: this.adapters[0]!.rank,
      words: this.frames[0]!.length,
      ...(swap && {
        swap: {
          at: swap.at,
          path: paths[1] ?? null,
          ...(paths[1] === undefined
            ? {}
            : { loaded: this.#loadsMeanwhile ? ('meanwhile' as const) : ('before' as const) }),
        },
      }),
    }
  }
}

/** Cycles of so many first tokens, less those that the host needs. */
function leastCycles({ promptCycles, cyclesPerPosition }: Schedule, tokens: number): number {
  const positions = (tokens * (tokens - 1)) / 2
  return tokens * (promptCycles - hostCycles) + positions * cyclesPerPosition
}
