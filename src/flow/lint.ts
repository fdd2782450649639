import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findTool, missingTool, type ToolName } from '../common/tools.js'
import { type EmittedDesign, filesFor, writeDesign } from '../emit/index.js'
import { lint as lintWithYosys, type Yosys } from '../synth/index.js'

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
 * Lints an emitted design with Verilator (`--lint-only -Wall`) and Icarus (`-g2012 -Wall`) where they are
 * installed, and with Yosys (`check -assert`) in any case. Anything printed counts as unclean.
 */
export async function lintDesign(design: EmittedDesign, yosys: Yosys): Promise<LintResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'romulus-lint-'))
  try {
    const directory = join(folder, 'design')
    await writeDesign(design, directory)
    const sources = filesFor(design, 'lint')
      .map(({ path }) => path)
      .filter((path) => path.endsWith('.sv'))
    const native = [
      lintNative(
        'verilator',
        ['--lint-only', '-Wall', '--top-module', design.top, ...sources],
        directory,
      ),
      lintNative(
        'iverilog',
        ['-g2012', '-Wall', '-tnull', '-s', design.top, ...sources],
        directory,
      ),
    ]
    const messages = await lintWithYosys(design, yosys)
    return [
      ...native,
      { tool: 'yosys', version: yosys.version, clean: messages.length === 0, messages },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function lintNative(name: ToolName, flags: readonly string[], directory: string): LintResult {
  if (missingTool([name]) !== undefined) {
    return { tool: name, version: undefined, clean: true, messages: [] }
  }
  const tool = findTool(name)
  const run = spawnSync(tool.path, flags, { cwd: directory, encoding: 'utf8', maxBuffer: 2 ** 26 })
  const printed = `${run.stdout ?? ''}${run.stderr ?? ''}`.split('\n').filter((line) => line !== '')
  const messages = run.error === undefined ? printed : [...printed, run.error.message]
  const clean = run.status === 0 && messages.length === 0
  return { tool: name, version: tool.version, clean, messages }
}
