import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

let root: string | undefined

/** Text of a file in the `testbench` folder of the package; `name` is relative to it. */
export function readBenchFile(name: string): string {
  return readFileSync(join(testbenchRoot(), name), 'utf8')
}

/** The harness sources, by file name, in sorted order. */
export function harnessFiles(): ReadonlyMap<string, string> {
  const directory = join(testbenchRoot(), 'verilator')
  const names = readdirSync(directory).filter((name) => /\.[ch]pp$/.test(name))
  return new Map(names.sort().map((name) => [name, readBenchFile(join('verilator', name))]))
}

/** Replaces each `@NAME@` of a template; the names of template and values must be the same set. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  const unused = new Set(Object.keys(values))
  const text = template.replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`template has no value for @${name}@`)
    unused.delete(name)
    return value
  })
  if (unused.size > 0) throw new Error(`template has no place for @${[...unused][0]}@`)
  return text
}

/** The same folder is found from the sources and from the built package, which lie at different depths. */
function testbenchRoot(): string {
  if (root !== undefined) return root
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'testbench/verilator/model.cpp.in'))) {
    const parent = dirname(directory)
    if (parent === directory) throw new Error('the package has no testbench folder')
    directory = parent
  }
  root = join(directory, 'testbench')
  return root
}
