import type { EmittedDesign, EmittedLine, EmittedModule } from './emitted-design.js'

/**
 * The side file of a design, JSON: ports, modules with their instances, parameters and ROMs, state without
 * reset, and the source map. A source map is a list of `[emitted line, source, source line]`; `source`
 * counts in `sources`.
 *
 * @param more of its top level, by name
 */
export function manifest(
  design: EmittedDesign,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const sources: string[] = []
  const numberOf = new Map<string, number>()
  const sourceNumber = (file: string): number => {
    let number = numberOf.get(file)
    if (number === undefined) {
      number = sources.push(file) - 1
      numberOf.set(file, number)
    }
    return number
  }
  const lines = ({ sourceMap }: EmittedModule) =>
    sourceMap.map(({ line, file, sourceLine }: EmittedLine) => [
      line,
      sourceNumber(file),
      sourceLine,
    ])
  const content = {
    format: 'romulus-manifest-1',
    top: design.top,
    files: design.files.map(({ path, use }) => ({ path, ...(use === undefined ? {} : { use }) })),
    ports: design.ports,
    ...more,
    modules: design.modules.map((module) => ({ ...module, sourceMap: lines(module) })),
    sources,
  }
  return `${stringify(content, '')}\n`
}

/** JSON with one line for what holds only plain values. */
function stringify(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Array.isArray(value)
    ? value.map((element) => ['', element] as const)
    : Object.entries(value)
        .filter(([, element]) => element !== undefined)
        .map(([key, element]) => [`${JSON.stringify(key)}: `, element] as const)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const flat = entries.every(([, element]) => typeof element !== 'object' || element === null)
  if (flat) {
    const list = entries.map(([key, element]) => key + JSON.stringify(element)).join(', ')
    return `${open}${list}${close}`
  }
  const inner = `${indent}  `
  const list = entries.map(([key, element]) => `${inner}${key}${stringify(element, inner)}`)
  return `${open}\n${list.join(',\n')}\n${indent}${close}`
}
