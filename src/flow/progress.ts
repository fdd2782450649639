import ora from 'ora'

/** Shows what a long command is doing; quick steps leave no trace. */
export interface Progress {
  /** Runs one step; its label and the time that it takes are shown when that is more than a second. */
  step<T>(label: string, work: (update: (detail: string) => void) => Promise<T> | T): Promise<T>
}

const second = 1000

/** Shows nothing. */
export const silent: Progress = { step: async (_, work) => work(() => {}) }

/** On a terminal a spinner, otherwise a line at the start and one at the end of each long step; on standard error. */
export function openProgress(): Progress {
  return {
    async step(label, work) {
      const isTerminal = process.stderr.isTTY
      const spinner = ora({ stream: process.stderr, isEnabled: isTerminal })
      const start = performance.now()
      const elapsed = () => `${((performance.now() - start) / second).toFixed(0)} s`
      let text = label
      let isLong = false
      const show = () => {
        spinner.text = `${text}, ${elapsed()}`
        if (isLong) return
        isLong = true
        if (isTerminal) spinner.start()
        else process.stderr.write(`${label} ...\n`)
      }
      const timer = setInterval(show, second)
      try {
        return await work((detail) => {
          text = `${label}: ${detail}`
        })
      } finally {
        clearInterval(timer)
        spinner.stop()
        if (performance.now() - start > second) process.stderr.write(`${label}: ${elapsed()}\n`)
      }
    },
  }
}
