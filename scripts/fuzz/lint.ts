import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findTool, type ToolName } from '../../src/common/tools.js'
import { type EmittedDesign, filesFor } from '../../src/emit/index.js'
import { lint } from '../../src/synth/lint.js'
import type { Yosys } from '../../src/synth/yosys.js'

/** Everything that a native linter prints about a design, and its exit status when it is not 0. */
export function lintWithNative(
  name: ToolName,
  flags: readonly string[],
  design: EmittedDesign,
): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'romulus-fuzz-'))
  try {
    const files = filesFor(design, 'lint')
    for (const { path, text } of files) {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    const sources = files.map(({ path }) => path).filter((path) => path.endsWith('.sv'))
    const run = spawnSync(findTool(name).path, [...flags, design.top, ...sources], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    const printed = `${run.stdout ?? ''}${run.stderr ?? ''}`
    const lines = printed.split('\n').filter((line) => line !== '')
    return run.status === 0 ? lines : [...lines, `${name} ends with status ${run.status}`]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Everything that Yosys warns of, and its error. */
export function lintWithYosys(design: EmittedDesign, yosys: Yosys): Promise<readonly string[]> {
  return lint(design, yosys)
}
