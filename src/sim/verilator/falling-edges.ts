import { type EmittedDesign, filesFor } from '../../emit/emitted-design.js'

/**
 * Whether a design may hold state that changes when a clock falls: some `negedge` in its text that is not
 * of a reset of the top. Such a design needs the fall of the clock evaluated before inputs change.
 */
export function hasFallingEdges(design: EmittedDesign): boolean {
  const resets = new Set(
    design.ports.filter(({ role }) => role === 'reset').map(({ name }) => name),
  )
  return filesFor(design, 'simulation')
    .filter(({ path }) => path.endsWith('.sv'))
    .some(({ text }) =>
      [...withoutComments(text).matchAll(/\bnegedge\b\s*(?:\\(\S+)|(\w+))?/g)].some(
        ([, escaped, plain]) => !resets.has(escaped ?? plain ?? ''),
      ),
    )
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ')
}
