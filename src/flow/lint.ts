import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findTool, missingTool, type ToolName } from '../common/tools.js'
import {
  type EmittedDesign,
  filesFor,
  instanceCount,
  separateDesigns,
  writeDesign,
} from '../emit/index.js'
import { type LintOptions, lint as lintWithYosys, type Yosys } from '../synth/index.js'

/** What one linter said of a design. */
export interface LintResult {
  readonly tool: string
  /** Undefined when the tool is not installed. */
  readonly version: string | undefined
  readonly clean: boolean
  /** Everything that it printed. */
  readonly messages: readonly string[]
}

/**
 * Verilator's dataflow pass optimises and warns of nothing, and its time grows with the square of a module: without
 * it a chip with B-ROMs is done in a minute, with it not in ten.
 */
const verilatorFlags = ['--lint-only', '-Wall', '-fno-dfg']

/**
 * Instances up to which Verilator and Icarus take a design as a whole; they are given a larger one module by module,
 * since their time and memory go with the instances.
 */
const mostInstances = 20_000

/**
 * Lints an emitted design with Verilator (`--lint-only -Wall`) and Icarus (`-g2012 -Wall`) where they are
 * installed, and with Yosys (`check -assert`) in any case; all three at once. Anything printed counts as unclean.
 */
export async function lintDesign(
  design: EmittedDesign,
  yosys: Yosys,
  { onProgress = () => {}, ...options }: LintOptions = {},
): Promise<LintResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'romulus-lint-'))
  try {
    const designs = instanceCount(design) > mostInstances ? separateDesigns(design) : [design]
    const written: WrittenDesign[] = []
    for (const [index, part] of designs.entries()) {
      const directory = join(folder, `design${index}`)
      await writeDesign(part, directory)
      const sources = filesFor(part, 'lint')
        .map(({ path }) => path)
        .filter((path) => path.endsWith('.sv'))
      written.push({ top: part.top, directory, sources })
    }
    const waiting = new Map<string, string>()
    const follow = async (name: string, work: Promise<LintResult>): Promise<LintResult> => {
      waiting.set(name, name)
      const result = await work
      waiting.delete(name)
      onProgress([...waiting.values()].join('; '))
      return result
    }
    const onModule = (message: string): void => {
      waiting.set('yosys', `yosys ${message}`)
      onProgress([...waiting.values()].join('; '))
    }
    const yosysResult = async (): Promise<LintResult> => {
      const messages = await lintWithYosys(design, yosys, { ...options, onProgress: onModule })
      return { tool: 'yosys', version: yosys.version, clean: messages.length === 0, messages }
    }
    const native = (name: ToolName, flags: readonly string[]): Promise<LintResult> =>
      follow(name, lintAll(name, flags, written))
    return await settled([
      native('verilator', [...verilatorFlags, '--top-module']),
      native('iverilog', ['-g2012', '-Wall', '-tnull', '-s']),
      follow('yosys', yosysResult()),
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface WrittenDesign {
  readonly top: string
  readonly directory: string
  readonly sources: readonly string[]
}

/** One design after the other, as one result. */
async function lintAll(
  name: ToolName,
  flags: readonly string[],
  designs: readonly WrittenDesign[],
): Promise<LintResult> {
  const results: LintResult[] = []
  for (const { top, directory, sources } of designs) {
    results.push(await lintNative(name, [...flags, top, ...sources], directory))
  }
  const messages = results.flatMap((result) => result.messages)
  return { ...results[0]!, clean: results.every(({ clean }) => clean), messages }
}

/** All results, or the first failure once nothing runs any more. */
async function settled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}

async function lintNative(
  name: ToolName,
  flags: readonly string[],
  directory: string,
): Promise<LintResult> {
  if (missingTool([name]) !== undefined) {
    return { tool: name, version: undefined, clean: true, messages: [] }
  }
  const tool = findTool(name)
  const child = spawn(tool.path, flags, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk
    })
  }
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (status, signal) =>
      resolve(status === 0 ? undefined : `${name} ended with ${signal ?? `status ${status}`}`),
    )
  })
  const lines = printed.split('\n').filter((line) => line !== '')
  const messages = failure === undefined || lines.length > 0 ? lines : [failure]
  const clean = failure === undefined && messages.length === 0
  return { tool: name, version: tool.version, clean, messages }
}
