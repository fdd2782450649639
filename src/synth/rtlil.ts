/** A wire of an RTLIL module; names are without the leading backslash or with their `$`. */
export interface RtlilWire {
  readonly name: string
  readonly width: number
  readonly direction?: 'input' | 'output' | 'inout'
  /** Value of `\init`, most significant bit first. */
  readonly init?: string
}

export interface RtlilCell {
  readonly type: string
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
  /** Connected signals by port, as RTLIL writes them. */
  readonly connections: ReadonlyMap<string, string>
  /** First and last line in the lines of the module. */
  readonly lines: readonly [number, number]
}

/** A module of an RTLIL file; source locations are dropped. */
export interface RtlilModule {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly wires: readonly RtlilWire[]
  readonly cells: readonly RtlilCell[]
  /** `connect` statements of the module: driven signal, driver. */
  readonly aliases: readonly (readonly [string, string])[]
  /** The module's text, attributes and `end` included. */
  readonly lines: readonly string[]
}

/**
 * Reads what `write_rtlil` writes after `proc`: modules, wires, cells and connections. The format is that
 * of the Yosys manual, appendix "RTLIL Text Representation".
 */
export function parseRtlil(text: string): RtlilModule[] {
  const modules: RtlilModule[] = []
  let lines: string[] = []
  for (const line of text.split('\n')) {
    if (/^\s*attribute \\src /.test(line)) continue
    if (lines.length === 0 && !/^(attribute|module) /.test(line)) continue
    lines.push(line)
    if (line !== 'end') continue
    modules.push(parseModule(lines))
    lines = []
  }
  return modules
}

/** `\name` as `name`; names that Yosys made keep their `$`. */
export function plainName(identifier: string): string {
  return identifier.startsWith('\\') ? identifier.slice(1) : identifier
}

/** The inverse of {@link plainName}. */
export function identifier(name: string): string {
  return name.startsWith('$') ? name : `\\${name}`
}

/** Value of an integer parameter: `256`, or bits as in `32'00000100`. */
export function parameterNumber(cell: RtlilCell, name: string): number {
  const value = cell.parameters.get(name)
  if (value === undefined) throw new Error(`cell ${cell.name} has no parameter ${name}`)
  return Number.parseInt(constantBits(value) ?? 'x', 2)
}

/**
 * Bits of a constant, most significant first: of `4'0101`, of `8'x` where the bits that are not written are
 * like the first or zero, and of the decimal form of 32 bits. Undefined for anything else.
 */
export function constantBits(text: string): string | undefined {
  if (/^-?\d+$/.test(text)) return BigInt.asUintN(32, BigInt(text)).toString(2).padStart(32, '0')
  const match = /^(\d+)'([01xzm-]*)$/.exec(text)
  if (match === null) return undefined
  const [, width, bits] = match
  return bits!.padStart(Number(width), /^[xz]/.test(bits!) ? bits![0] : '0')
}

function parseModule(lines: readonly string[]): RtlilModule {
  let name = ''
  const moduleAttributes = new Map<string, string>()
  const wires: RtlilWire[] = []
  const cells: RtlilCell[] = []
  const aliases: (readonly [string, string])[] = []
  let attributes = new Map<string, string>()
  let firstLine = 0
  for (let index = 0; index < lines.length; index++) {
    const words = lines[index]!.trim().split(' ')
    switch (words[0]) {
      case 'attribute':
        if (attributes.size === 0) firstLine = index
        attributes.set(plainName(words[1]!), words.slice(2).join(' '))
        continue
      case 'module':
        name = plainName(words[1]!)
        for (const [key, value] of attributes) moduleAttributes.set(key, value)
        break
      case 'wire':
        wires.push(parseWire(words, attributes))
        break
      case 'connect':
        aliases.push(splitConnection(words.slice(1)))
        break
      case 'cell': {
        const start = attributes.size === 0 ? index : firstLine
        const parameters = new Map<string, string>()
        const connections = new Map<string, string>()
        while (lines[++index]!.trim() !== 'end') {
          const [kind, key, ...rest] = lines[index]!.trim().split(' ')
          const signed = kind === 'parameter' && (key === 'signed' || key === 'real')
          const target = kind === 'parameter' ? parameters : connections
          if (signed) target.set(plainName(rest[0]!), rest.slice(1).join(' '))
          else target.set(plainName(key!), rest.join(' '))
        }
        cells.push({
          type: plainName(words[1]!),
          name: plainName(words[2]!),
          parameters,
          connections,
          lines: [start, index],
        })
        break
      }
    }
    attributes = new Map()
  }
  return { name, attributes: moduleAttributes, wires, cells, aliases, lines }
}

function parseWire(words: readonly string[], attributes: ReadonlyMap<string, string>): RtlilWire {
  const width = words.indexOf('width')
  const direction = words.find(
    (word) => word === 'input' || word === 'output' || word === 'inout',
  ) as RtlilWire['direction']
  const init = constantBits(attributes.get('init') ?? '')
  return {
    name: plainName(words.at(-1)!),
    width: width < 0 ? 1 : Number(words[width + 1]),
    ...(direction === undefined ? {} : { direction }),
    ...(init === undefined ? {} : { init }),
  }
}

/** Splits `{ a b } { c d }`, `\a [3] \b` and the like after the first signal. */
function splitConnection(words: readonly string[]): readonly [string, string] {
  let depth = 0
  for (let index = 0; index < words.length; index++) {
    if (words[index] === '{') depth++
    if (words[index] === '}') depth--
    const selected = words[index + 1]?.startsWith('[') ?? false
    if (depth > 0 || selected) continue
    return [words.slice(0, index + 1).join(' '), words.slice(index + 1).join(' ')]
  }
  throw new Error(`no connection: ${words.join(' ')}`)
}
