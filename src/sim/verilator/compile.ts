import { type CxxSettings, commonFlags, joinSources, runCompilers } from './cxx.js'
import { findRuntime } from './runtime.js'
import type { GeneratedCode } from './verilate.js'

/**
 * Compiles and links the simulator process of one design: the generated sources with the harness and
 * Verilator's runtime.
 *
 * @param executable where it goes, relative to the folder of the generated sources
 */
export async function compileModel(
  { directory, sources, runtime, libraries }: GeneratedCode,
  executable: string,
  harness: ReadonlyMap<string, string>,
  settings: CxxSettings,
): Promise<void> {
  const linked = await findRuntime(runtime, harness, settings)
  const units = settings.cache.guarded(() =>
    joinSources(directory, sources, 'model', settings.flags),
  )
  const flags = [...commonFlags(settings), ...linked.flags, '-I.']
  await runCompilers(
    settings,
    directory,
    units.map((unit) => [...flags, '-c', `${unit}.cpp`, '-o', `${unit}.o`]),
  )
  const objects = [...units.map((unit) => `${unit}.o`), ...linked.objects]
  await runCompilers(settings, directory, [
    ['-s', '-o', executable, ...objects, '-pthread', '-latomic', ...libraries],
  ])
}
