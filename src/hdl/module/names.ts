const directionSuffix = /^(.+?)(_n?[io]|_io)$/

/**
 * The name of a leaf inside a composite declaration: `cmd`, [`addr`] is `cmd_addr`; element 3 is `cmd3`, element 0 of
 * that `cmd3_0`.
 */
export function leafName(name: string, path: readonly string[]): string {
  return path.reduce(
    (prefix, step) =>
      /^\d+$/.test(step) && !/\d$/.test(prefix) ? `${prefix}${step}` : `${prefix}_${step}`,
    name,
  )
}

/** The same for a port, with its direction suffix kept last: `cmd_i`, [`addr`] is `cmd_addr_i`. */
export function portLeafName(name: string, path: readonly string[]): string {
  if (path.length === 0) return name
  const [, stem, suffix] = directionSuffix.exec(name) ?? [undefined, name, '']
  return `${leafName(stem!, path)}${suffix}`
}
