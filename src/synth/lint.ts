import { type EmittedDesign, filesFor } from '../emit/index.js'
import { readDesign } from './read-design.js'
import type { Yosys, YosysRunOptions } from './yosys.js'
import { YosysError, YosysTimeout, yosysWarnings } from './yosys-error.js'

/**
 * Lints a design with Yosys: syntax, hierarchy, processes, and `check -assert` (undriven and multiply
 * driven signals, combinational loops).
 *
 * @returns everything that Yosys warns of, then its error; a clean design gives an empty list
 */
export async function lint(
  design: EmittedDesign,
  yosys: Yosys,
  options: YosysRunOptions = {},
): Promise<string[]> {
  const { files, commands } = readDesign(filesFor(design, 'synthesis'), design.top)
  try {
    const { log } = await yosys.run(
      [...commands, 'proc', 'opt_clean', 'check -assert'],
      files,
      options,
    )
    return yosysWarnings(log)
  } catch (error) {
    if (!(error instanceof YosysError) || error instanceof YosysTimeout) throw error
    return [...yosysWarnings(error.log), error.message]
  }
}
