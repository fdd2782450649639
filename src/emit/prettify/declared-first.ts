import type { SvItem } from '../printable/module.js'

/** The declarations of the items before everything else, in order. */
export function declaredFirst(items: readonly SvItem[]): SvItem[] {
  const declarations = items.filter(({ kind }) => kind === 'declare')
  return [...declarations, ...items.filter(({ kind }) => kind !== 'declare')]
}
