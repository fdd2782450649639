import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findTool, type Tool } from '../common/tools.js'
import { RunLog } from './run-log.js'
import type { Yosys, YosysFiles, YosysRun, YosysRunOptions } from './yosys.js'
import { YosysError, YosysTimeout, yosysFailure } from './yosys-error.js'

/**
 * A session with the `yosys` of the search path: one child process and one temporary folder for a run.
 *
 * @throws InputError when it is not installed
 */
export function openNativeYosys(): Yosys {
  return new NativeYosys(findTool('yosys'))
}

interface Running {
  readonly directory: string
  /** Until it ends by itself. */
  child?: ChildProcess
}

class NativeYosys implements Yosys {
  readonly engine = 'native'
  readonly version: string
  readonly build: string
  readonly #running = new Set<Running>()

  constructor(private readonly tool: Tool) {
    this.version = tool.version
    this.build = tool.versionLine
  }

  async run(
    script: readonly string[],
    files: YosysFiles,
    { outputs = [], timeoutMilliseconds, signal, onLine }: YosysRunOptions = {},
  ): Promise<YosysRun> {
    signal?.throwIfAborted()
    const run: Running = { directory: mkdtempSync(join(tmpdir(), 'romulus-yosys-')) }
    const log = new RunLog(onLine)
    let timer: NodeJS.Timeout | undefined
    let abort = (): void => {}
    this.#running.add(run)
    guard(run)
    try {
      writeFiles(run.directory, { ...files, [scriptName]: `${script.join('\n')}\n` })
      const ending = await new Promise<string>((resolve, reject) => {
        const kill = (reason: unknown): void => {
          killGroup(run)
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
        const child = spawn(this.tool.path, ['-Q', '-T', '-s', scriptName], {
          cwd: run.directory,
          // Its own process group, so that ABC dies with it.
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { ...process.env, TMPDIR: run.directory },
        })
        run.child = child
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding('utf8').on('data', (chunk: string) => log.append(chunk))
        }
        child.on('error', (error) => reject(new YosysError(`Yosys: ${error.message}`, log.text)))
        child.on('close', (status, killedBy) => {
          if (status !== null) delete run.child
          resolve(status === null ? `signal ${killedBy}` : `status ${status}`)
        })
      })
      if (ending !== 'status 0') throw yosysFailure(log.text, ending)
      return { files: readFiles(run.directory, outputs), log: log.text }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      discard(run)
      this.#running.delete(run)
    }
  }

  close(): void {
    for (const run of this.#running) killGroup(run)
  }
}

const scriptName = 'run.ys'

function writeFiles(directory: string, files: YosysFiles): void {
  for (const [path, contents] of Object.entries(files)) {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, contents)
  }
}

function readFiles(directory: string, paths: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const path of paths) {
    try {
      found[path] = readFileSync(join(directory, path), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return found
}

/** Runs of all sessions, which must leave neither processes nor folders when this process ends. */
const guarded = new Set<Running>()
const deadlySignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function guard(run: Running): void {
  if (guarded.size === 0) {
    process.on('exit', discardAll)
    for (const name of deadlySignals) process.on(name, dieCleanly)
  }
  guarded.add(run)
}

function discard(run: Running): void {
  killGroup(run)
  rmSync(run.directory, { recursive: true, force: true, maxRetries: 5 })
  guarded.delete(run)
  if (guarded.size > 0) return
  process.off('exit', discardAll)
  for (const name of deadlySignals) process.off(name, dieCleanly)
}

function discardAll(): void {
  for (const run of [...guarded]) discard(run)
}

/** Cleans up and, unless the program has handlers of its own, lets the signal end the process. */
function dieCleanly(name: NodeJS.Signals): void {
  discardAll()
  if (process.listenerCount(name) === 0) process.kill(process.pid, name)
}

function killGroup({ child }: Running): void {
  if (child?.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
