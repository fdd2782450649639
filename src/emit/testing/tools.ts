import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Exit, runYosys, type Tree } from '@yowasp/yosys'
import { type EmittedDesign, type FileUse, filesFor } from '../emitted-design.js'

/** Runs `body` with the files of a design in a directory of their own. */
export function inDirectory<T>(
  design: EmittedDesign,
  use: FileUse,
  body: (directory: string, sources: readonly string[]) => T,
): T {
  const directory = mkdtempSync(join(tmpdir(), 'romulus-emit-'))
  try {
    const files = filesFor(design, use)
    for (const { path, text } of files) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text)
    }
    return body(
      directory,
      files.map(({ path }) => path).filter((path) => path.endsWith('.sv')),
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Everything that a tool prints, and its exit code when it is not 0. */
export function run(directory: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (error !== undefined) throw error
  return `${stdout}${stderr}${status === 0 ? '' : `exit ${status}\n`}`
}

export function verilatorLint(design: EmittedDesign): string {
  return inDirectory(design, 'lint', (directory, sources) =>
    run(directory, 'verilator', '--lint-only', '-Wall', '--top-module', design.top, ...sources),
  )
}

export function icarusLint(design: EmittedDesign): string {
  return inDirectory(design, 'lint', (directory, sources) =>
    run(directory, 'iverilog', '-g2012', '-Wall', '-tnull', '-s', design.top, ...sources),
  )
}

/** The checks that every emitted design passes in Yosys. */
export function yosysScript(design: EmittedDesign, sources: readonly string[]): string {
  const read = `read_verilog -sv ${sources.join(' ')}`
  return `${read}; hierarchy -check -top ${design.top}; proc; opt_clean; check -assert`
}

export function nativeYosysLint(design: EmittedDesign): string {
  return inDirectory(design, 'synthesis', (directory, sources) =>
    run(directory, 'yosys', '-q', '-p', yosysScript(design, sources)),
  )
}

export async function wasmYosysLint(design: EmittedDesign): Promise<string> {
  const files = filesFor(design, 'synthesis')
  const sources = files.map(({ path }) => path).filter((path) => path.endsWith('.sv'))
  return runWasmYosys(yosysScript(design, sources), files)
}

async function runWasmYosys(
  script: string,
  files: readonly { readonly path: string; readonly text: string }[],
): Promise<string> {
  const tree: Tree = {}
  for (const { path, text } of files) {
    const folders = path.split('/')
    const name = folders.pop()!
    let folder: Tree = tree
    for (const step of folders) {
      folder[step] ??= {}
      folder = folder[step] as Tree
    }
    folder[name] = text
  }
  const output: Uint8Array[] = []
  const collect = (bytes: Uint8Array | null) => {
    if (bytes !== null) output.push(bytes)
  }
  let exit = ''
  try {
    await runYosys(['-q', '-p', script], tree, { stdout: collect, stderr: collect })
  } catch (error) {
    exit = `exit ${(error as Exit).code}\n`
  }
  return Buffer.concat(output).toString() + exit
}
