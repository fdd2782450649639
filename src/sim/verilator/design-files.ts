import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { EmittedFile } from '../../emit/emitted-design.js'

/** Writes the files of a design into a folder, which must exist. */
export function writeDesignFiles(folder: string, files: readonly EmittedFile[]): void {
  for (const { path, text } of files) {
    if (isAbsolute(path) || normalize(path).startsWith('..')) {
      throw new Error(`the design's file ${path} lies outside of the design`)
    }
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
}
