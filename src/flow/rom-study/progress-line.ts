const barLength = 24

/** A bar with counts, and the time that is left by the time of the points that were computed. */
export class ProgressLine {
  #done = 0
  #kept = 0
  readonly #start = performance.now()

  constructor(private readonly total: number) {}

  /** @param isKept the point was known from an earlier run */
  count(isKept: boolean): void {
    this.#done++
    if (isKept) this.#kept++
  }

  get text(): string {
    const filled = Math.floor((barLength * this.#done) / this.total)
    const bar = '█'.repeat(filled) + '░'.repeat(barLength - filled)
    return `${bar} ${this.#done} of ${this.total} points, ${this.#kept} known${this.#timeLeft()}`
  }

  #timeLeft(): string {
    const computed = this.#done - this.#kept
    if (computed === 0) return ''
    const minutes = (performance.now() - this.#start) / 60_000
    return `, about ${Math.ceil((minutes / computed) * (this.total - this.#done))} min left`
  }
}
