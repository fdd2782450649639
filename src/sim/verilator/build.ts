import { rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  type EmittedDesign,
  type EmittedFile,
  type EmittedPort,
  filesFor,
} from '../../emit/emitted-design.js'
import { harnessFiles } from './bench-files.js'
import { benchSource, benchTop } from './bench-source.js'
import { BuildCache, contentHash } from './cache.js'
import { compileModel } from './compile.js'
import { writeDesignFiles } from './design-files.js'
import { modelSource } from './model-source.js'
import { SharedWork } from './shared-work.js'
import { Toolchain } from './toolchain.js'
import { verilate } from './verilate.js'

export interface VerilatorBuildOptions {
  /** Where executables are kept; by default `$ROMULUS_CACHE`, else the user's cache folder. */
  readonly cacheDirectory?: string
  /** Flags of `verilator`; {@link soundOptimisations} and `--x-assign fast` by default. */
  readonly verilatorFlags?: readonly string[]
  /** Flags of the C++ compiler; `-O2` by default. */
  readonly compilerFlags?: readonly string[]
  /** Checks the design's assertions during simulation; off by default. */
  readonly assertions?: boolean
  /** Builds waveforms of this format in, at some cost in speed even while none is written. */
  readonly waves?: 'vcd' | 'fst'
  /** Image that has Verilator and g++, which then run there, as will the executable. */
  readonly docker?: string
  /** Compilers at the same time; the number of processors by default. */
  readonly jobs?: number
  /** Told what is going on, in a few words, when a build takes time. */
  readonly onProgress?: (message: string) => void
}

/**
 * All optimisations but two that change results in Verilator 5.006: one of data flow makes 0 < 0 true of signed numbers
 * when one of them turns out to be constant in another module (a relative of
 * https://github.com/verilator/verilator/issues/6000); one of trees of bit operations takes a constant 0 of a word of more
 * than 32 bits for its neighbour.
 */
export const soundOptimisations = ['-O3', '-fno-dfg', '-fno-const-bit-op-tree']

/** A simulator process of one design, ready to be started. */
export interface VerilatorExecutable {
  readonly path: string
  /** Folder with the design's files, where the process must run to find its memory images. */
  readonly directory: string
  readonly hash: string
  readonly ports: readonly EmittedPort[]
  readonly waves: 'vcd' | 'fst' | undefined
  readonly docker: string | undefined
  readonly cacheDirectory: string
  /** Whether an earlier build was found in the cache. */
  readonly cached: boolean
}

const kind = 'verilator'
const executableName = 'model'
const filesFolder = 'files'
const codeFolder = 'code'
const modelFile = 'model.cpp'
const builds = new SharedWork<VerilatorExecutable>()

/**
 * Compiles a design to a native executable, or finds it in the cache: executables are kept under the hash
 * of sources, flags and tool versions.
 *
 * @throws InputError when a tool is missing, Verilator rejects the design (with its file and line), or
 *   the cache folder cannot be written.
 */
export async function buildVerilator(
  design: EmittedDesign,
  options: VerilatorBuildOptions = {},
): Promise<VerilatorExecutable> {
  const build = new Build(design, options)
  return builds.run(`${build.cache.directory} ${build.hash}`, () => build.findOrMake())
}

/** Deletes an executable from its cache, for callers that build many and use each once. */
export function removeExecutable(executable: VerilatorExecutable): void {
  new BuildCache(executable.cacheDirectory).remove(kind, executable.hash)
}

class Build {
  readonly cache: BuildCache
  readonly hash: string
  private readonly toolchain: Toolchain
  private readonly files: readonly EmittedFile[]
  private readonly bench: string
  private readonly model: string
  private readonly harness = harnessFiles()
  private readonly verilatorFlags: readonly string[]
  private readonly compilerFlags: readonly string[]

  constructor(
    private readonly design: EmittedDesign,
    private readonly options: VerilatorBuildOptions,
  ) {
    this.cache = new BuildCache(options.cacheDirectory)
    this.compilerFlags = options.compilerFlags ?? ['-O2']
    this.verilatorFlags = [
      ...(options.verilatorFlags ?? [...soundOptimisations, '--x-assign', 'fast']),
      // Registers without reset start at zero in every engine.
      ...['--x-initial', '0', '--no-timing', options.assertions ? '--assert' : '--no-assert'],
      ...waveFlags(options.waves),
    ]
    const { docker } = options
    this.toolchain = new Toolchain(
      docker === undefined ? undefined : { image: docker, mounts: [this.cache.directory] },
      this.compilerFlags,
    )
    this.files = filesFor(design, 'simulation')
    this.bench = benchSource(design)
    this.model = modelSource(design)
    this.hash = contentHash([
      ...[this.toolchain.identity, this.verilatorFlags, this.compilerFlags],
      ...[
        this.bench,
        this.model,
        [...this.harness],
        this.files.map(({ path, text }) => [path, text]),
      ],
    ])
  }

  async findOrMake(): Promise<VerilatorExecutable> {
    const existing = this.cache.find(kind, this.hash)
    if (existing !== undefined) return this.executable(existing, true)
    const staged = this.cache.stage()
    try {
      await this.make(staged)
      const files = [executableName, ...this.files.map(({ path }) => join(filesFolder, path))]
      return this.executable(this.cache.place(staged, kind, this.hash, files), false)
    } finally {
      rmSync(staged, { recursive: true, force: true })
    }
  }

  private async make(staged: string): Promise<void> {
    const progress = this.options.onProgress ?? (() => {})
    this.cache.guarded(() => {
      writeDesignFiles(join(staged, filesFolder), this.files)
      writeFileSync(join(staged, `${benchTop}.sv`), this.bench)
    })
    progress('verilating')
    const sources = this.files.map(({ path }) => path).filter((path) => path.endsWith('.sv'))
    const code = await verilate(sources, join(staged, filesFolder), join(staged, codeFolder), {
      toolchain: this.toolchain,
      cache: this.cache,
      flags: this.verilatorFlags,
      benchFile: join('..', `${benchTop}.sv`),
    })
    this.cache.guarded(() => {
      for (const [name, text] of this.harness) {
        if (name.endsWith('.hpp')) writeFileSync(join(code.directory, name), text)
      }
      writeFileSync(join(code.directory, modelFile), this.model)
    })
    progress('compiling')
    await compileModel(
      { ...code, sources: [modelFile, ...code.sources] },
      join('..', executableName),
      this.harness,
      {
        toolchain: this.toolchain,
        cache: this.cache,
        flags: this.compilerFlags,
        jobs: this.options.jobs ?? availableParallelism(),
        waves: this.options.waves,
      },
    )
    rmSync(code.directory, { recursive: true })
  }

  private executable(entry: string, cached: boolean): VerilatorExecutable {
    const { design, options } = this
    return {
      path: join(entry, executableName),
      directory: join(entry, filesFolder),
      hash: this.hash,
      ports: design.ports,
      waves: options.waves,
      docker: options.docker,
      cacheDirectory: this.cache.directory,
      cached,
    }
  }
}

/** Signals of any width are traced, memories are not. */
function waveFlags(waves: 'vcd' | 'fst' | undefined): string[] {
  if (waves === undefined) return []
  return [waves === 'fst' ? '--trace-fst' : '--trace', '--trace-max-width', '65536']
}
