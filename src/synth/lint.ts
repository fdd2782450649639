import { contentKey, noCache, type ResultCache } from '../common/result-cache.js'
import { type EmittedDesign, filesFor } from '../emit/index.js'
import { readDesign } from './read-design.js'
import { type SeparateModule, separateModules } from './separate-module.js'
import type { Yosys, YosysRunOptions } from './yosys.js'
import { YosysError, YosysTimeout, yosysWarnings } from './yosys-error.js'

export interface LintOptions extends YosysRunOptions {
  /** Where results are kept; nowhere by default. */
  readonly cache?: ResultCache
  readonly onProgress?: (message: string) => void
}

const script = ['proc', 'opt_clean', 'check -assert']

/**
 * Lints a design with Yosys, module by module: syntax, ports of instances, processes, and `check -assert`
 * (undriven and multiply driven signals, combinational loops within a module).
 *
 * @returns everything that Yosys warns of, then its error; a clean design gives an empty list
 */
export async function lint(
  design: EmittedDesign,
  yosys: Yosys,
  { cache = noCache, onProgress = () => {}, ...options }: LintOptions = {},
): Promise<string[]> {
  const modules = separateModules(filesFor(design, 'synthesis'))
  const messages = new Set<string>()
  for (const [index, module] of modules.entries()) {
    onProgress(`${index + 1} of ${modules.length}: ${module.name}`)
    const files = module.files.map(({ path, text }) => [path, text])
    const key = contentKey(['lint 1', yosys.build, script, files])
    const known = cache.get(key) as string[] | undefined
    const found = known ?? (await lintModule(module, yosys, options))
    if (known === undefined) cache.set(key, found)
    for (const message of found) messages.add(message)
  }
  return [...messages]
}

async function lintModule(
  module: SeparateModule,
  yosys: Yosys,
  options: YosysRunOptions,
): Promise<string[]> {
  const { files, commands } = readDesign(module.files, module.name)
  try {
    const { log } = await yosys.run([...commands, ...script], files, options)
    return yosysWarnings(log)
  } catch (error) {
    if (!(error instanceof YosysError) || error instanceof YosysTimeout) throw error
    return [...yosysWarnings(error.log), error.message]
  }
}
