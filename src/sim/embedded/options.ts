import type { WaveOptions } from '../engine.js'

export interface EmbeddedOptions {
  /** Writes a VCD file from the first cycle on, ten nanoseconds a cycle. */
  readonly waves?: WaveOptions
  /**
   * What a failing `assert` or `assume` does: `throw` stops the simulation before the clock edge with a
   * {@link CheckError} (the default), `collect` records it and goes on.
   */
  readonly checks?: 'throw' | 'collect'
}

/** A failed assertion: the check and the number of rising edges that its clock had seen. */
export interface CheckFailure {
  readonly kind: 'assert' | 'assume'
  /** Hierarchical name. */
  readonly path: string
  readonly cycle: bigint
}

export class CheckError extends Error {
  override readonly name = 'CheckError'

  constructor(readonly failure: CheckFailure) {
    super(`${failure.kind} ${failure.path} failed in cycle ${failure.cycle}`)
  }
}

/** How often the condition of a `cover` held at an edge of its clock. */
export interface CoverCount {
  readonly path: string
  readonly count: bigint
}
