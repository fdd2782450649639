import type { Worker } from 'node:worker_threads'
import { RunLog } from './run-log.js'
import { packageVersion, startWorker, type WorkerReply, type WorkerRequest } from './wasm-worker.js'
import type { Yosys, YosysFiles, YosysRun, YosysRunOptions } from './yosys.js'
import { YosysError, YosysTimeout, yosysFailure } from './yosys-error.js'

/** A session with the WebAssembly build: one thread for all runs, which take turns. */
export function openWasmYosys(): Yosys {
  return new WasmYosys()
}

class WasmYosys implements Yosys {
  readonly engine = 'wasm'
  readonly version = packageVersion()
  readonly build = `@yowasp/yosys ${this.version}`
  #worker: Worker | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #closed = false

  run(
    script: readonly string[],
    files: YosysFiles,
    options: YosysRunOptions = {},
  ): Promise<YosysRun> {
    const run = this.#turn.then(() => this.#runNow(script, files, options))
    this.#turn = run.catch(() => {})
    return run
  }

  close(): void {
    this.#closed = true
    this.#stop()
  }

  async #runNow(
    script: readonly string[],
    files: YosysFiles,
    { outputs = [], timeoutMilliseconds, signal, onLine }: YosysRunOptions,
  ): Promise<YosysRun> {
    signal?.throwIfAborted()
    if (this.#closed) throw new Error('the Yosys session is closed')
    this.#worker ??= startWorker()
    const worker = this.#worker
    const log = new RunLog(onLine)
    let timer: NodeJS.Timeout | undefined
    let abort = (): void => {}
    worker.ref()
    try {
      const reply = await new Promise<WorkerReply>((resolve, reject) => {
        const kill = (reason: unknown): void => {
          this.#stop()
          reject(reason)
        }
        abort = () => kill(signal?.reason)
        signal?.addEventListener('abort', abort)
        if (timeoutMilliseconds !== undefined) {
          timer = setTimeout(
            () => kill(new YosysTimeout(timeoutMilliseconds, log.text)),
            timeoutMilliseconds,
          )
        }
        worker.on('message', (message: WorkerReply) => {
          if (message.kind === 'log') log.append(message.text)
          else resolve(message)
        })
        worker.on('error', (error) => kill(crash(String(error), log)))
        worker.on('exit', () => reject(new YosysError('the Yosys session was closed', log.text)))
        const request: WorkerRequest = {
          arguments: ['-Q', '-T', '-p', script.join('\n')],
          files: fileTree(files),
          outputs,
        }
        worker.postMessage(request)
      })
      if (reply.kind === 'done') return { files: reply.files, log: log.text }
      if (reply.kind === 'exit') throw yosysFailure(log.text, `status ${reply.status}`)
      // The thread may be left in any state, so the next run starts a new one.
      this.#stop()
      throw crash(reply.kind === 'crash' ? reply.reason : '', log)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      // Removing all listeners at once would take the thread's own away.
      for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event)
      worker.unref()
    }
  }

  #stop(): void {
    void this.#worker?.terminate()
    this.#worker = undefined
  }
}

function crash(reason: string, log: RunLog): YosysError {
  return new YosysError(`Yosys crashed: ${reason}`, log.text)
}

interface Tree {
  [name: string]: Tree | string | Uint8Array
}

/** Nested folders, as the package takes them. */
function fileTree(files: YosysFiles): Tree {
  const root: Tree = {}
  for (const [path, contents] of Object.entries(files)) {
    const folders = path.split('/')
    const name = folders.pop()!
    let folder = root
    for (const step of folders) {
      folder[step] ??= {}
      folder = folder[step] as Tree
    }
    folder[name] = contents
  }
  return root
}
