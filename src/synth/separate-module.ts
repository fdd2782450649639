import type { EmittedFile } from '../emit/index.js'

/** A module with the ports, but not the contents, of the modules that it instantiates. */
export interface SeparateModule {
  readonly name: string
  /** Modules that it instantiates, in order of their first appearance. */
  readonly children: readonly string[]
  /** Its source first, then black boxes for its children, then the memory images that it reads. */
  readonly files: readonly EmittedFile[]
}

/**
 * Takes a design apart, so that a tool can be given one module at a time. Modules without contents are no
 * results of their own.
 *
 * @param files one module a source file, and memory images
 */
export function separateModules(files: readonly EmittedFile[]): readonly SeparateModule[] {
  const sources = files.filter(({ path }) => path.endsWith('.sv') || path.endsWith('.v'))
  const images = files.filter((file) => !sources.includes(file))
  const stubs = new Map(sources.map((file) => [moduleName(file), stub(file)]))
  return sources
    .filter(({ use, text }) => use !== 'synthesis' && !text.includes('(* blackbox *)'))
    .map((file) => {
      const name = moduleName(file)
      const words = new Set(withoutComments(file.text).match(/\w+/g))
      const children = [...words].filter((word) => word !== name && stubs.has(word))
      const read = images.filter(({ path }) => file.text.includes(`"${path}"`))
      return {
        name,
        children,
        files: [file, ...children.map((child) => stubs.get(child)!), ...read],
      }
    })
}

/** A module under a name that says nothing, with what its cells are called in truth. */
export interface AnonymousModule extends SeparateModule {
  /** Names in the design by the names in the files. */
  readonly originalNames: ReadonlyMap<string, string>
}

/**
 * The module without comments and without the names of modules: modules that differ in nothing else have the
 * same files.
 */
export function anonymous(module: SeparateModule): AnonymousModule {
  const names = [module.name, ...module.children]
  const renamed = new Map(names.map((name, index) => [name, `module_${index}`]))
  const rename = (text: string) => text.replace(/\w+/g, (word) => renamed.get(word) ?? word)
  const [name, ...children] = renamed.values()
  return {
    name: name!,
    children,
    files: module.files.map(({ path, text, ...file }, index) =>
      index < names.length
        ? { ...file, path: `module_${index}.sv`, text: rename(withoutComments(text)) }
        : { ...file, path, text },
    ),
    originalNames: new Map([...renamed].map(([original, given]) => [given, original])),
  }
}

function moduleName({ path, text }: EmittedFile): string {
  const name = /^\s*(?:\(\*.*?\*\)\s*)?module\s+(\w+)/m.exec(text)?.[1]
  if (name === undefined) throw new Error(`${path} has no module`)
  return name
}

/** The ports of a module alone. */
function stub({ path, text, ...file }: EmittedFile): EmittedFile {
  const header = /^\s*(?:\(\*.*?\*\)\s*)?(module\b[\s\S]*?\);)/m.exec(withoutComments(text))?.[1]
  return { ...file, path, text: `(* blackbox *)\n${header}\nendmodule\n` }
}

function withoutComments(text: string): string {
  return text.replace(/("(?:[^"\\\n]|\\.)*")|[ \t]*\/\/.*$/gm, '$1')
}
