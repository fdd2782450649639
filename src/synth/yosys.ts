import { openNativeYosys } from './native-yosys.js'
import { openWasmYosys } from './wasm-yosys.js'

/** `wasm` needs nothing installed; `native` is the `yosys` of the search path. */
export type YosysEngine = 'wasm' | 'native'

/** Relative paths with forward slashes, and what the files hold. */
export type YosysFiles = Readonly<Record<string, string | Uint8Array>>

export interface YosysRunOptions {
  /** Files that the script writes and that the caller wants to have. */
  readonly outputs?: readonly string[]
  /** The run is killed when it takes longer. */
  readonly timeoutMilliseconds?: number
  /** Kills the run when it aborts. */
  readonly signal?: AbortSignal
  /** Called with each line of the log while the run goes on. */
  readonly onLine?: (line: string) => void
}

export interface YosysRun {
  /** The files of `outputs` that the script wrote, as text. */
  readonly files: Readonly<Record<string, string>>
  readonly log: string
}

/** A session with one Yosys: every run starts from an empty design. */
export interface Yosys {
  readonly engine: YosysEngine
  /** Release of the program (`0.23`) or of the npm package (`0.55.944`). */
  readonly version: string
  /** Names the exact program, so that results of different ones are never confused. */
  readonly build: string
  /**
   * Runs a script, one command a line, in a folder that holds `files`.
   *
   * @throws YosysError when Yosys reports an error, YosysTimeout when it takes too long, the signal's
   * reason when it aborts
   */
  run(script: readonly string[], files: YosysFiles, options?: YosysRunOptions): Promise<YosysRun>
  /** Kills what runs and frees the worker; a session that is not closed keeps no process alive. */
  close(): void
}

/**
 * Opens a session.
 *
 * @throws InputError when the native program is asked for and not installed
 */
export function openYosys({ engine = 'wasm' }: { readonly engine?: YosysEngine } = {}): Yosys {
  return engine === 'wasm' ? openWasmYosys() : openNativeYosys()
}
