import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { InputError } from '../../common/input-error.js'
import { benchTop } from './bench-source.js'
import { type BuildCache, outOfSpace } from './cache.js'
import type { Toolchain } from './toolchain.js'

export interface VerilateSettings {
  readonly toolchain: Toolchain
  readonly cache: BuildCache
  readonly flags: readonly string[]
  /** Wrapper around the design, relative to the folder of its files. */
  readonly benchFile: string
}

/** What `verilator --cc` left for the C++ compiler. */
export interface GeneratedCode {
  /** Folder of the generated sources. */
  readonly directory: string
  readonly sources: readonly string[]
  /** Files of Verilator's runtime, without extension. */
  readonly runtime: readonly string[]
  readonly libraries: readonly string[]
}

/**
 * Translates a design to C++ of the class `Vmodel`.
 *
 * @param sources its SystemVerilog files in dependency order, relative to `filesDirectory`
 * @param directory where the C++ goes
 * @throws InputError with the file and line where Verilator rejects it.
 */
export async function verilate(
  sources: readonly string[],
  filesDirectory: string,
  directory: string,
  { toolchain, cache, flags, benchFile }: VerilateSettings,
): Promise<GeneratedCode> {
  const output = relative(filesDirectory, directory)
  const run = await toolchain.run(
    'verilator',
    [
      ...['--cc', '--prefix', 'Vmodel', '--top-module', benchTop, '--Mdir', output],
      // Lint is another step's; here a warning must not stop the build.
      ...['-Wno-fatal', ...flags, ...sources, benchFile],
    ],
    filesDirectory,
  )
  if (run.status !== 0) throw verilatorError(run.status, run.output, cache)
  const classes = readFileSync(join(directory, 'Vmodel_classes.mk'), 'utf8')
  const main = readFileSync(join(directory, 'Vmodel.mk'), 'utf8')
  const lists = (...names: string[]) => names.flatMap((name) => makefileList(classes, name))
  return {
    directory,
    sources: lists('VM_CLASSES_FAST', 'VM_SUPPORT_FAST', 'VM_CLASSES_SLOW', 'VM_SUPPORT_SLOW').map(
      (name) => `${name}.cpp`,
    ),
    runtime: lists('VM_GLOBAL_FAST', 'VM_GLOBAL_SLOW'),
    libraries: makefileList(main, 'VM_USER_LDLIBS'),
  }
}

/** The first message names the cause; those after it often follow from it. */
function verilatorError(status: number | null, output: string, cache: BuildCache): Error {
  if (outOfSpace(output)) return cache.unusable('no space left on device')
  const error = output.match(/^%Error[^:\n]*: (?:(\S+?:\d+(?::\d+)?): )?(.*)$/m)
  if (error === null) {
    return new Error(`verilator failed (exit code ${status}): ${output.trim().slice(-2000)}`)
  }
  const [, place, problem] = error
  return new InputError(`verilator: ${problem}`, place === undefined ? {} : { file: place })
}

/** The words of a list variable in a makefile that Verilator wrote, one word a line. */
function makefileList(makefile: string, name: string): string[] {
  const list = makefile.match(new RegExp(`^${name} \\+?= \\\\\\n((?:\\t.*\\n)*)`, 'm'))?.[1] ?? ''
  return [...list.matchAll(/^\t(\S+)/gm)].map(([, word]) => word!)
}
