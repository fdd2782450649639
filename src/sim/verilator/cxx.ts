import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../../common/input-error.js'
import { type BuildCache, outOfSpace } from './cache.js'
import type { Toolchain } from './toolchain.js'

export interface CxxSettings {
  readonly toolchain: Toolchain
  readonly cache: BuildCache
  readonly flags: readonly string[]
  /** Compilers at the same time. */
  readonly jobs: number
  readonly waves: 'vcd' | 'fst' | undefined
}

/**
 * Sources are joined up to this size: one compiler start costs as much as some 100 kB of code, without
 * optimisation as 700 kB.
 */
function unitBytes(flags: readonly string[]): number {
  return flags.includes('-O0') ? 2 ** 20 : 2 ** 18
}

/** Flags that runtime, harness and model must all be compiled with, after Verilator's `verilated.mk`. */
export function commonFlags({ toolchain, flags, waves }: CxxSettings): string[] {
  const macro = (name: string, set: boolean) => `-DVM_${name}=${set ? 1 : 0}`
  return [
    '-std=gnu++17',
    '-w',
    ...flags,
    `-I${toolchain.include}`,
    `-I${toolchain.include}/vltstd`,
    macro('COVERAGE', false),
    macro('SC', false),
    macro('TRACE', waves !== undefined),
    macro('TRACE_VCD', waves === 'vcd'),
    macro('TRACE_FST', waves === 'fst'),
  ]
}

/**
 * Writes translation units, called after the name, that include the sources.
 *
 * @returns their names without extension.
 */
export function joinSources(
  directory: string,
  sources: readonly string[],
  name: string,
  flags: readonly string[],
): string[] {
  const limit = unitBytes(flags)
  const units: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const source of sources) {
    const size = statSync(join(directory, source)).size
    if (bytes + size > limit) {
      units.push([])
      bytes = 0
    }
    units.at(-1)!.push(source)
    bytes += size
  }
  return units.map((members, index) => {
    const unit = `${name}_unit${index}`
    const text = members.map((member) => `#include "${member}"\n`).join('')
    writeFileSync(join(directory, `${unit}.cpp`), text)
    return unit
  })
}

/** Runs several compilers at once and waits for all of them; the first failure is thrown. */
export async function runCompilers(
  { toolchain, cache, jobs }: CxxSettings,
  directory: string,
  commands: readonly (readonly string[])[],
): Promise<void> {
  const waiting = [...commands]
  let failure: Error | undefined
  const worker = async () => {
    while (waiting.length > 0 && failure === undefined) {
      const { status, output } = await toolchain.run('g++', waiting.shift()!, directory)
      if (status !== 0) failure ??= compilerError(status, output, cache)
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs, commands.length) }, worker))
  if (failure !== undefined) throw failure
}

function compilerError(status: number | null, output: string, cache: BuildCache): Error {
  if (outOfSpace(output)) return cache.unusable('no space left on device')
  if (/zlib\.h|cannot find -lz\b/.test(output)) {
    return new InputError(
      'FST waveforms of Verilator need the zlib library and its headers',
      {},
      'on Debian: apt-get install zlib1g-dev; or write VCD',
    )
  }
  return new Error(`g++ failed (exit code ${status}): ${output.trim().slice(0, 2000)}`)
}
