const barLength = 24

/** A bar with counts and the time that is left, from the time of the points that were computed. */
export class ProgressLine {
  #done = 0
  #kept = 0
  readonly #start = performance.now()

  constructor(private readonly total: number) {}

  count(isKept: boolean): void {
    this.#done++
    if (isKept) this.#kept++
  }

  get text(): string {
    const filled = Math.floor((barLength * this.#done) / this.total)
    const bar = '█'.repeat(filled) + '░'.repeat(barLength - filled)
    const computed = this.#done - this.#kept
    const minutes = (performance.now() - this.#start) / 60_000
    const left = computed === 0 ? 0 : Math.ceil((minutes / computed) * (this.total - this.#done))
    return `${bar} ${this.#done} of ${this.total} points, ${this.#kept} known, about ${left} min left`
  }
}
