/** Collects the output of a run and hands its lines on as they become complete. */
export class RunLog {
  #text = ''
  #begunLine = ''

  constructor(private readonly onLine: ((line: string) => void) | undefined) {}

  get text(): string {
    return this.#text
  }

  append(chunk: string): void {
    this.#text += chunk
    if (this.onLine === undefined) return
    const lines = (this.#begunLine + chunk).split('\n')
    this.#begunLine = lines.pop()!
    for (const line of lines) this.onLine(line)
  }
}
