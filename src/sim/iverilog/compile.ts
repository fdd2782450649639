import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../../common/input-error.js'
import { findTool } from '../../common/tools.js'
import { type EmittedDesign, type EmittedFile, filesFor } from '../../emit/emitted-design.js'
import { writeDesignFiles } from '../verilator/design-files.js'
import { type BenchOptions, iverilogBench } from './bench-source.js'

/** A compiled bench in a temporary folder that also holds the design's files. */
export interface CompiledBench {
  /** Program that runs it. */
  readonly vvp: string
  readonly directory: string
  readonly program: string
  remove(): void
}

export interface CompileOptions extends BenchOptions {
  readonly assertions: boolean
  readonly timeoutSeconds: number
}

const benchFile = 'romulus_bench.sv'

/**
 * Compiles a design with its bench.
 *
 * @throws InputError when a tool is missing, Icarus rejects the design, or there is no space.
 */
export function compileBench(design: EmittedDesign, options: CompileOptions): CompiledBench {
  const { path: iverilog, version } = findTool('iverilog')
  const vvp = findTool('vvp').path
  const files = filesFor(design, 'simulation')
  const directory = temporaryFolder(() => mkdtempSync(join(tmpdir(), 'romulus-iverilog-')))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    temporaryFolder(() => {
      writeDesignFiles(directory, hasEndlessProcesses(version) ? withStarProcesses(files) : files)
      writeFileSync(join(directory, benchFile), iverilogBench(design, options))
    })
    const program = join(directory, 'romulus_bench.vvp')
    const sources = files.map(({ path }) => path).filter((path) => path.endsWith('.sv'))
    const assertions = options.assertions ? '-gassertions' : '-gno-assertions'
    const flags = ['-g2012', assertions, '-s', 'romulus_bench', '-o', program]
    const { status, signal, stdout, stderr, error } = spawnSync(
      iverilog,
      [...flags, ...sources, benchFile],
      { cwd: directory, encoding: 'utf8', timeout: options.timeoutSeconds * 1000 },
    )
    if (status !== 0) {
      const reason = signal ?? error?.message ?? `exit code ${status}`
      throw iverilogError(reason, `${stderr ?? ''}${stdout ?? ''}`, options)
    }
    return { vvp, directory, program, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/**
 * Icarus 10 and 11.0 may run `always_comb` processes that override a default for ever, when three of them
 * follow one another (https://github.com/steveicarus/iverilog/issues/508).
 */
function hasEndlessProcesses(version: string): boolean {
  return Number.parseInt(version, 10) < 12
}

/** `always @*` differs in nothing but the moment zero, after which the bench changes every input. */
function withStarProcesses(files: readonly EmittedFile[]): readonly EmittedFile[] {
  return files.map((file) => ({
    ...file,
    text: file.text.replace(/^( *)always_comb\b/gm, '$1always @*'),
  }))
}

function temporaryFolder<Result>(operation: () => Result): Result {
  try {
    return operation()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new InputError(
      `the temporary folder cannot be written: ${message}`,
      { file: tmpdir() },
      'set TMPDIR to a folder with space',
    )
  }
}

/** The first message names the cause; those after it often follow from it. */
function iverilogError(reason: string, output: string, { waves }: CompileOptions): Error {
  const messages = [...output.matchAll(/^(\S+?):(\d+): (?:error: |sorry: )?(.*)$/gm)].filter(
    ([, , , text]) => !text!.startsWith('warning:'),
  )
  const [, file, line, problem] = messages[0] ?? []
  if (file === undefined) {
    return new Error(`iverilog failed (${reason}): ${output.trim().slice(-2000)}`)
  }
  if (file !== benchFile) {
    return new InputError(`iverilog: ${problem}`, { file: `${file}:${line}` })
  }
  if (waves?.scope !== undefined && output.includes(`dut.${waves.scope}`)) {
    return new InputError(`no instance ${waves.scope} below the top`, { file: waves.file })
  }
  return new Error(`iverilog rejects the bench (line ${line}): ${problem}`)
}
