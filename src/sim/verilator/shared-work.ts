/** Work that callers with the same key share while it goes on. */
export class SharedWork<Result> {
  private readonly running = new Map<string, Promise<Result>>()

  run(key: string, work: () => Promise<Result>): Promise<Result> {
    const started = this.running.get(key)
    if (started !== undefined) return started
    const promise = work().finally(() => this.running.delete(key))
    this.running.set(key, promise)
    return promise
  }
}
