import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contentHash } from './cache.js'
import { type CxxSettings, commonFlags, runCompilers } from './cxx.js'
import { SharedWork } from './shared-work.js'

/** What models are linked with. */
export interface Runtime {
  /** Flags that make the compiler use the precompiled header. */
  readonly flags: readonly string[]
  readonly objects: readonly string[]
}

const headerName = 'verilated.h'
const kind = 'verilator-runtime'
const builds = new SharedWork<string>()

/**
 * The harness and Verilator's runtime, compiled, and the runtime's header precompiled, which takes longer
 * to parse than a small model. They are kept in the cache. The header works only with the flags that it
 * was compiled with, so they are part of the entry's hash.
 *
 * @param sources files of Verilator's runtime, without extension
 * @param harness the harness sources by file name
 */
export async function findRuntime(
  sources: readonly string[],
  harness: ReadonlyMap<string, string>,
  settings: CxxSettings,
): Promise<Runtime> {
  const { toolchain, cache } = settings
  const hash = contentHash([toolchain.identity, commonFlags(settings), sources, [...harness]])
  const directory = await builds.run(`${cache.directory} ${hash}`, async () => {
    const existing = cache.find(kind, hash)
    if (existing !== undefined) return existing
    const staged = cache.stage()
    try {
      await compileRuntime(sources, harness, staged, settings)
      // The precompiled header, of some 60 MB, is left to the compiler's own check.
      return cache.place(staged, kind, hash, objectNames(sources))
    } finally {
      rmSync(staged, { recursive: true, force: true })
    }
  })
  return {
    flags: [`-I${directory}`, '-include', headerName],
    objects: objectNames(sources).map((name) => join(directory, name)),
  }
}

async function compileRuntime(
  sources: readonly string[],
  harness: ReadonlyMap<string, string>,
  directory: string,
  settings: CxxSettings,
): Promise<void> {
  const { include } = settings.toolchain
  const flags = commonFlags(settings)
  settings.cache.guarded(() => {
    for (const [name, text] of harness) writeFileSync(join(directory, name), text)
    const includes = [...harness.keys()].filter((name) => name.endsWith('.cpp'))
    writeFileSync(
      join(directory, 'harness.cpp'),
      includes.map((name) => `#include "${name}"\n`).join(''),
    )
  })
  const header = ['-x', 'c++-header', join(include, headerName), '-o', `${headerName}.gch`]
  await runCompilers(settings, directory, [
    [...flags, ...header],
    [...flags, '-c', 'harness.cpp', '-o', 'harness.o'],
    ...sources.map((name) => [
      ...flags,
      ...['-c', join(include, `${name}.cpp`), '-o', `${name}.o`],
    ]),
  ])
}

function objectNames(sources: readonly string[]): string[] {
  return ['harness', ...sources].map((name) => `${name}.o`)
}
