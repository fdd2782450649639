import { InputError } from '../common/input-error.js'

/** A group of a Liberty file, down to the pins of cells; what is deeper is passed over. */
export interface LibertyGroup {
  /** `library`, `cell`, `pin`, `ff`. */
  readonly kind: string
  /** First argument without quotes; empty when there is none. */
  readonly name: string
  /** Simple attributes (`area : 16;`), without quotes. */
  readonly attributes: ReadonlyMap<string, string>
  readonly groups: readonly LibertyGroup[]
  /** Where it stands in the text: from its kind to after its closing brace. */
  readonly start: number
  readonly end: number
}

interface OpenGroup extends LibertyGroup {
  readonly attributes: Map<string, string>
  readonly groups: OpenGroup[]
  end: number
}

/** library, cell, pin */
const keptDepth = 3

const headPattern = /([A-Za-z_]\w*)\s*\(\s*("[^"]*"|[^(),]*)[^()]*\)\s*$/
const attributePattern = /(?:^|[;}\n])\s*([A-Za-z_]\w*)\s*:\s*("[^"]*"|[^;\n]+)/g

/**
 * Reads the structure of a Liberty file in one pass (Liberty User Guide, "Library Structure": groups in
 * braces, statements that end with semicolons, quoted strings, comments).
 *
 * @returns the library group
 * @throws InputError with the offset when braces, strings or comments do not close or there is no library
 */
export function parseLiberty(text: string, file: string): LibertyGroup {
  const fault = (problem: string, offset: number): InputError =>
    new InputError(problem, { file, offset }, 'a Liberty file (.lib), not compressed')
  const open: (OpenGroup | undefined)[] = []
  let library: OpenGroup | undefined
  let statement = 0
  const closeStatement = (end: number): string => {
    const slice = text.slice(statement, end)
    const group = open.at(-1)
    if (group !== undefined && open.length <= keptDepth) readAttributes(slice, group.attributes)
    return slice
  }
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const opening = at
        do at = text.indexOf('"', at + 1)
        while (at > 0 && text[at - 1] === '\\')
        if (at < 0) throw fault('a string does not end', opening)
        break
      }
      case slash:
        if (text[at + 1] === '*') {
          const end = text.indexOf('*/', at + 2)
          if (end < 0) throw fault('a comment does not end', at)
          if (text.slice(statement, at).trim() === '') statement = end + 2
          at = end + 1
        } else if (text[at + 1] === '/') {
          const end = text.indexOf('\n', at)
          at = end < 0 ? text.length : end
        }
        break
      case openingBrace: {
        if (open.length >= keptDepth) {
          open.push(undefined)
          break
        }
        const head = closeStatement(at).match(headPattern)
        if (head === null) throw fault('a brace follows no group', at)
        const group: OpenGroup = {
          kind: head[1]!,
          name: unquoted(head[2]!),
          attributes: new Map(),
          groups: [],
          start: statement + head.index!,
          end: at,
        }
        if (open.length === 0) {
          if (group.kind !== 'library') throw fault('begins with no library group', at)
          library ??= group
        } else open.at(-1)?.groups.push(group)
        open.push(group)
        statement = at + 1
        break
      }
      case closingBrace: {
        if (open.length === 0) throw fault('a closing brace has no opening brace', at)
        if (open.length <= keptDepth) {
          closeStatement(at)
          statement = at + 1
        }
        const group = open.pop()
        if (group !== undefined) group.end = at + 1
        break
      }
      case semicolon:
        if (open.length <= keptDepth) {
          closeStatement(at)
          statement = at + 1
        }
        break
    }
  }
  if (open.length > 0) throw fault('ends inside a group', text.length)
  if (library === undefined) throw fault('has no library group', 0)
  return library
}

const quote = '"'.charCodeAt(0)
const slash = '/'.charCodeAt(0)
const openingBrace = '{'.charCodeAt(0)
const closingBrace = '}'.charCodeAt(0)
const semicolon = ';'.charCodeAt(0)

function readAttributes(slice: string, attributes: Map<string, string>): void {
  if (!slice.includes(':')) return
  for (const [, name, value] of slice.matchAll(attributePattern)) {
    if (!attributes.has(name!)) attributes.set(name!, unquoted(value!))
  }
}

function unquoted(text: string): string {
  return text.trim().replaceAll('"', '').trim()
}
