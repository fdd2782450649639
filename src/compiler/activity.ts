/** Something on its way from one activity to another. Cycles are those of the program. */
export interface Arrival {
  /** The activity that it comes from. */
  readonly from: string
  /** What lies between the two. */
  readonly through: string
  /** When it leaves that activity. */
  readonly left: number
  /** When it is there. */
  readonly ready: number
}

/** What something waits for before it starts. */
export interface Need extends Arrival {
  /** The first cycle in which the start may be; earlier than `ready` when not all is needed at the start. */
  readonly start: number
}

/** A stretch of time in which a unit works, at position 0, for reports and pictures. */
export interface Activity {
  readonly unit:
    | 'sweep'
    | 'results'
    | 'vector'
    | 'cache'
    | 'attention'
    | 'scores'
    | 'softmax'
    | 'mix'
    | 'align'
    | 'adapter'
  /** What it works on, unique: `layers.0.wo`, `layers.0.attention residual`. */
  readonly name: string
  /** The cycle of the instruction behind it. */
  readonly issued: number
  /** That cycle, or that of the first number that comes. */
  readonly start: number
  /** The first cycle after. */
  readonly end: number
  /** What earlier positions do to it, beside delaying the instruction: it takes longer, or comes later. */
  readonly positions?: 'lengthen' | 'delay'
  /** For a sweep, the cycles in which its ROM ports give a word. */
  readonly romCycles?: number
  readonly needs: readonly Need[]
}

/** The need that holds the start back most. */
export function criticalNeed(needs: readonly Need[]): Need | undefined {
  return needs.reduce<Need | undefined>(
    (latest, need) => (latest === undefined || need.start > latest.start ? need : latest),
    undefined,
  )
}
