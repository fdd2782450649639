import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { counter } from '../examples/counter.js'
import { designFiles, emitDesign } from '../src/emit/index.js'
import { elaborate } from '../src/hdl/index.js'

/** The generated example that is kept in git, by path below the repository. */
export function exampleFiles(): Map<string, string> {
  const clocks = [{ port: 'clk_i', periodNs: 2 }]
  const files = designFiles(emitDesign(elaborate(counter)), { clocks })
  return new Map(files.map(({ path, text }) => [join('rtl-out', 'counter', path), text]))
}

/** Writes them again: `npm run rtl-out`. */
export async function writeExample(): Promise<void> {
  for (const [path, text] of exampleFiles()) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
}
