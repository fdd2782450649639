import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/** A run as the worker receives it. */
export interface WorkerRequest {
  readonly arguments: readonly string[]
  readonly files: object
  readonly outputs: readonly string[]
}

/** What the worker sends: pieces of the log, then either the files or a failure. */
export type WorkerReply =
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'done'; readonly files: Readonly<Record<string, string>> }
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'crash'; readonly reason: string }

/**
 * The worker's program. It is text because one text serves both the compiled project and TypeScript
 * sources, which Node 20 cannot load into a worker.
 */
const program = `
const { parentPort, workerData } = require('node:worker_threads')
const yosys = import(workerData)
const print = (bytes) => {
  if (bytes !== null) parentPort.postMessage({ kind: 'log', text: Buffer.from(bytes).toString() })
}
const written = (tree, path) => path.split('/').reduce((folder, name) => folder?.[name], tree)
parentPort.on('message', async ({ arguments: words, files, outputs }) => {
  try {
    const { runYosys } = await yosys
    const tree = await runYosys(words, files, { stdout: print, stderr: print, decodeASCII: false })
    const found = outputs
      .map((path) => [path, written(tree, path)])
      .filter(([, contents]) => contents !== undefined)
      .map(([path, contents]) => [path, Buffer.from(contents).toString()])
    parentPort.postMessage({ kind: 'done', files: Object.fromEntries(found) })
  } catch (error) {
    parentPort.postMessage(
      typeof error.code === 'number'
        ? { kind: 'exit', status: error.code }
        : { kind: 'crash', reason: String(error) },
    )
  }
})
`

/** Deep recursion over large expressions needs more stack than a thread has by default. */
const stackMegabytes = 64

const require = createRequire(import.meta.url)

/** Starts a thread that loads Yosys once and runs it for each message. */
export function startWorker(): Worker {
  return new Worker(program, {
    eval: true,
    workerData: pathToFileURL(require.resolve('@yowasp/yosys')).href,
    resourceLimits: { stackSizeMb: stackMegabytes },
  })
}

/** Version of the npm package, read without loading Yosys. */
export function packageVersion(): string {
  const manifest = new URL('../package.json', pathToFileURL(require.resolve('@yowasp/yosys')))
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
