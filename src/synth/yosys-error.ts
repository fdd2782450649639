/** Yosys refused the script or its input; `log` has everything that it printed. */
export class YosysError extends Error {
  override readonly name: string = 'YosysError'

  constructor(
    message: string,
    readonly log: string,
  ) {
    super(message)
  }
}

/** Yosys was killed because it took longer than allowed. */
export class YosysTimeout extends YosysError {
  override readonly name = 'YosysTimeout'

  constructor(milliseconds: number, log: string) {
    super(`Yosys took longer than ${milliseconds / 1000} s`, log)
  }
}

/** The error of a run that ended with a non-zero status: its `ERROR:` line when there is one. */
export function yosysFailure(log: string, ending: string): YosysError {
  const line = log.split('\n').findLast((text) => text.includes('ERROR: '))
  return new YosysError(
    line === undefined ? `Yosys ended with ${ending}` : `Yosys: ${line.trim()}`,
    log,
  )
}

/**
 * Distinct warnings of a log in order of appearance, each with its indented continuation lines (the
 * cells of a loop, the signals of a conflict).
 */
export function yosysWarnings(log: string): string[] {
  const warnings = new Set<string>()
  const lines = log.split('\n')
  for (let index = 0; index < lines.length; index++) {
    if (!/(^|: )Warning: /.test(lines[index]!)) continue
    const start = index
    while (/^\s+\S/.test(lines[index + 1] ?? '')) index++
    warnings.add(
      lines
        .slice(start, index + 1)
        .join('\n')
        .trim(),
    )
  }
  return [...warnings]
}
