import ora from 'ora'

/** Shows what a long command is doing; quick steps leave no trace. */
export interface Progress {
  /** Runs one step; its label is shown when it takes more than a second. */
  step<T>(label: string, work: (update: (detail: string) => void) => Promise<T> | T): Promise<T>
}

const quiet = 1000

/** On a terminal a spinner, otherwise one line for each step that takes long; always on standard error. */
export function openProgress(): Progress {
  return {
    async step(label, work) {
      const spinner = ora({ text: label, stream: process.stderr, isEnabled: process.stderr.isTTY })
      let shown = false
      const timer = setTimeout(() => {
        shown = true
        if (process.stderr.isTTY) spinner.start()
        else process.stderr.write(`${label} ...\n`)
      }, quiet)
      try {
        return await work((detail) => {
          spinner.text = `${label}: ${detail}`
        })
      } finally {
        clearTimeout(timer)
        if (shown) spinner.stop()
      }
    },
  }
}
