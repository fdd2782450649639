import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder that is removed after the tests of the file that asked for it. */
export interface TemporaryFolder {
  readonly path: string
  /** Writes a file and gives its path. */
  write(name: string, contents: Uint8Array | string): string
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'romulus-checkpoint-'))
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return {
    path,
    write: (name, contents) => {
      const file = join(path, name)
      writeFileSync(file, contents)
      return file
    },
  }
}
