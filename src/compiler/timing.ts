/**
 * What the compiler must know of the hardware's pipelines, in clock cycles. "At" a cycle means: the signal
 * has its value in that cycle, counted from the cycle in which the unit's start is 1.
 */
export interface ChipTiming {
  /** The L array. */
  readonly sweep: {
    /** Address of the first beat of activations. */
    readonly activation: number
    /** Number of the first group of sums. */
    readonly sum: number
    /** Number of the first group of exponents, for a group of one beat; later by its other beats. */
    readonly exponent: number
    /** The result of a row whose last beat is the first beat of the sweep. */
    readonly result: number
    readonly accumulatorLatency: number
  }
  /** The vector unit. */
  readonly vector: {
    /** Address of the first beat in the result memory. */
    readonly issue: number
    /** From a result to the first cycle in which its address may stand at the result memory. */
    readonly resultToIssue: number
    /** From a beat's issue to its use of the norm's factor. */
    readonly factorUse: number
    /** From the last beat's issue of `embed` or `residual` to the new factor. */
    readonly factor: Readonly<Record<'embed' | 'residual', number>>
    /** From a beat's issue to its numbers at the align unit. */
    readonly toAlign: Readonly<Record<'embed' | 'residual' | 'swiglu', number>>
    /** From a beat's issue to its numbers at the H-Unit. */
    readonly toHUnit: Readonly<Record<'query' | 'key' | 'value', number>>
    /** From the last beat's issue of `head` to the token. */
    readonly token: number
    /**
     * From a beat's issue of `residual` to the first cycle in which a sweep that reads the same beat of the
     * residual stream may issue it.
     */
    readonly residualToIssue: number
  }
  /** The self-test, of chips that have one. */
  readonly selfTest?: {
    /** From an address to its word at a signature, at the most. */
    readonly lastSample: number
    /** From a shift of the chain to the bit that it gives. */
    readonly chain: number
  }
  /** Adapters, of chips that have them. */
  readonly adapter?: {
    /** Address of the first beat of activations, number of the first group of exponents: as in `sweep`. */
    readonly activation: number
    readonly exponent: number
    /** The result of a row whose last beat is the first beat of the sweep. */
    readonly result: number
    /**
     * For each vector `A x` of a sweep the first cycle in which a beat that is multiplied by it may be issued, from the
     * cycles in which the A units give results.
     */
    readonly readable: (results: readonly number[], vectors: number) => number[]
  }
  readonly align: {
    /**
     * When each group may be read by the L array: the first cycle in which its address may stand at the
     * activation memory, from the cycles in which the last beat of each group is at the align unit.
     */
    readonly readable: (groupEnds: readonly number[], lastGroup: number) => number[]
  }
  readonly attention: {
    /** From the last beat of the keys, and of the queries, at the H-Unit to the earliest start. */
    readonly keyToStart: number
    readonly queryToStart: number
    /** The same for values; negative: values may come after the start. */
    readonly valueToStart: number
    /** From the last beat of a head at the H-Unit until its key or value is cached, its query aligned. */
    readonly cached: number
    readonly aligned: number
    /** From the start at position 0 to the first cycle in which a stage works, and the first after the last. */
    readonly stages: Readonly<
      Record<'scores' | 'softmax' | 'mix', { readonly from: number; readonly to: number }>
    >
    /** Cycles that each earlier position adds. */
    readonly positionCycles: number
    /** From the start at position 0 to each beat of the mixed vector that leaves the H-Unit. */
    readonly mixBeats: readonly number[]
    /** The same to each beat at the align units: another number of them when the vector is dealt to the columns. */
    readonly alignBeats: readonly number[]
  }
}
