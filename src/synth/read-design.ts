import type { EmittedFile } from '../emit/index.js'
import type { YosysFiles } from './yosys.js'

/** Files of a design as Yosys sees them, and the commands that read them. */
export interface ReadDesign {
  readonly files: YosysFiles
  readonly commands: readonly string[]
}

/**
 * Reads SystemVerilog and elaborates it below `top`.
 *
 * @param folder keeps the files of several designs apart
 */
export function readDesign(
  sources: readonly EmittedFile[],
  top: string,
  folder = 'design',
): ReadDesign {
  const placed = sources.map(({ path, text }) => ({ path: `${folder}/${path}`, text }))
  const read = placed.filter(({ path }) => path.endsWith('.sv') || path.endsWith('.v'))
  return {
    files: Object.fromEntries(placed.map(({ path, text }) => [path, text])),
    commands: [
      ...read.map(({ path }) => `read_verilog -sv "${path}"`),
      `hierarchy -check -top ${top}`,
    ],
  }
}
