import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { InputError } from './input-error.js'

export type ToolName = 'verilator' | 'g++' | 'iverilog' | 'vvp' | 'yosys' | 'mkfifo' | 'docker'

/** A program found on the search path. */
export interface Tool {
  readonly name: ToolName
  readonly path: string
  /** First version number that the program prints (`5.006`); `unknown` when it prints none. */
  readonly version: string
  /** First line of what it prints, which also names the build (`Verilator 5.006 ... (Debian 5.006-3)`). */
  readonly versionLine: string
}

const versionFlag: Readonly<Record<ToolName, string>> = {
  verilator: '--version',
  'g++': '--version',
  iverilog: '-V',
  vvp: '-V',
  yosys: '-V',
  mkfifo: '--version',
  docker: '--version',
}

const aptPackage: Readonly<Partial<Record<ToolName, string>>> = {
  verilator: 'verilator',
  'g++': 'g++',
  iverilog: 'iverilog',
  vvp: 'iverilog',
  yosys: 'yosys',
  mkfifo: 'coreutils',
  docker: 'docker.io',
}

const found = new Map<string, Tool>()

/**
 * Finds a native tool on the search path and asks for its version, once per process and path.
 *
 * @throws InputError `verilator not found`, with how to install it.
 */
export function findTool(name: ToolName): Tool {
  const path = searchPath(name)
  if (path === undefined) {
    throw new InputError(
      `${name} not found`,
      {},
      `on Debian: apt-get install ${aptPackage[name] ?? name}`,
    )
  }
  const known = found.get(path)
  if (known !== undefined) return known
  const { stdout } = spawnSync(path, [versionFlag[name]], { encoding: 'utf8', timeout: 30_000 })
  const versionLine = (stdout ?? '').split('\n', 1)[0] ?? ''
  const version = versionLine.match(/\d+(\.\d+)+/)?.[0] ?? 'unknown'
  const tool = { name, path, version, versionLine }
  found.set(path, tool)
  return tool
}

/** `verilator not found` for the first of the tools that is missing; undefined when all are there. */
export function missingTool(names: readonly ToolName[]): string | undefined {
  const missing = names.find((name) => searchPath(name) === undefined)
  return missing === undefined ? undefined : `${missing} not found`
}

/**
 * Title and skip condition of a test suite that needs native tools, so that a skipped suite says why:
 * `describe.skipIf(suite.skip)(suite.title, ...)`. With the environment variable `ROMULUS_REQUIRE_TOOLS`
 * set nothing is skipped, and a missing tool fails the suite.
 */
export function nativeSuite(
  title: string,
  tools: readonly ToolName[],
): { readonly title: string; readonly skip: boolean } {
  const missing = process.env.ROMULUS_REQUIRE_TOOLS ? undefined : missingTool(tools)
  return missing === undefined
    ? { title, skip: false }
    : { title: `${title} (skipped: ${missing})`, skip: true }
}

function searchPath(name: string): string | undefined {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    if (directory === '') continue
    const candidate = join(directory, name)
    if (isExecutableFile(candidate)) return candidate
  }
  return undefined
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
