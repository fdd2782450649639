import { spawn, spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { InputError } from '../../common/input-error.js'
import { findTool } from '../../common/tools.js'
import { dockerCommand } from './docker.js'

/** The image and the folders that programs in it can see. */
export interface Container {
  readonly image: string
  readonly mounts: readonly string[]
}

/** A finished program. */
export interface Run {
  readonly status: number | null
  /** What it printed on both streams, at most the last megabyte. */
  readonly output: string
}

const outputLimit = 1 << 20
const oldestVerilator = 5

interface ToolVersions {
  readonly verilator: string
  /** Where Verilator is installed. */
  readonly root: string
  readonly compiler: string
}

const knownVersions = new Map<string | undefined, ToolVersions>()

/** Verilator and the C++ compiler, on this machine or in a container image. */
export class Toolchain {
  /** Directory of Verilator's runtime sources. */
  readonly include: string
  /** What decides, besides sources and flags, about the machine code that comes out. */
  readonly identity: readonly string[]

  /** @throws InputError when a tool is missing or too old. */
  constructor(
    private readonly container: Container | undefined,
    compilerFlags: readonly string[],
  ) {
    const { verilator, root, compiler } = this.versions()
    this.include = `${root}/include`
    const processor = compilerFlags.includes('-march=native') ? [cpus()[0]?.model ?? ''] : []
    this.identity = [verilator, compiler, process.arch, container?.image ?? '', ...processor]
  }

  /** Program and arguments that run a command of this toolchain in a folder. */
  command(program: string, args: readonly string[], cwd: string): [string, string[]] {
    if (this.container === undefined) return [program, [...args]]
    const { image, mounts } = this.container
    return dockerCommand(image, mounts, cwd, [program, ...args])
  }

  /** Runs a command to its end. */
  run(program: string, args: readonly string[], cwd: string): Promise<Run> {
    const [file, argv] = this.command(program, args, cwd)
    return new Promise((resolve, reject) => {
      const child = spawn(file, argv, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      const collect = (chunk: string) => {
        output = (output + chunk).slice(-outputLimit)
      }
      child.stdout.setEncoding('utf8').on('data', collect)
      child.stderr.setEncoding('utf8').on('data', collect)
      child.on('error', reject)
      child.on('close', (status) => resolve({ status, output }))
    })
  }

  /** Asked once per process and image. */
  private versions(): ToolVersions {
    const image = this.container?.image
    const known = knownVersions.get(image)
    if (known !== undefined) return known
    if (image === undefined) {
      findTool('verilator')
      findTool('g++')
    }
    const verilator = this.query('verilator', ['--version'])
    requireVersion(verilator)
    const versions = {
      verilator,
      root: this.query('verilator', ['--getenv', 'VERILATOR_ROOT']),
      compiler: this.query('g++', ['--version']).split('\n', 1)[0]!,
    }
    knownVersions.set(image, versions)
    return versions
  }

  private query(program: string, args: readonly string[]): string {
    const [file, argv] = this.command(program, args, process.cwd())
    const { status, stdout, stderr } = spawnSync(file, argv, { encoding: 'utf8', timeout: 120_000 })
    if (status !== 0) {
      throw new InputError(
        `${[file, ...argv].join(' ')} failed: ${(stderr ?? '').trim() || `exit code ${status}`}`,
        {},
      )
    }
    return stdout.trim()
  }
}

function requireVersion(versionLine: string): void {
  const major = Number(versionLine.match(/\d+/)?.[0])
  if (!(major >= oldestVerilator)) {
    throw new InputError(`${versionLine} is too old`, {}, `version ${oldestVerilator} is needed`)
  }
}
