import type { EmittedDesign, EmittedFile } from '../../emit/index.js'

/** A design of hand-written modules; the module of the first text is the top. */
export function handWritten(...texts: readonly string[]): EmittedDesign {
  const files = texts.map((text): EmittedFile => ({ path: `${moduleName(text)}.sv`, text }))
  return { top: moduleName(texts[0]!), files, ports: [], unresetState: [], modules: [] }
}

function moduleName(text: string): string {
  const name = text.match(/^\s*(?:\(\*.*?\*\)\s*)?module\s+(\w+)/)?.[1]
  if (name === undefined) throw new Error('no module in the text')
  return name
}
