import { identifier, type RtlilCell, type RtlilModule } from './rtlil.js'
import { Nets, signalBits, wireWidths } from './signal-bits.js'

/** Two modules whose common registers have become ports. */
export interface StateCut {
  /** RTLIL of the two modules; a register's value is an input, what drives its pins are outputs. */
  readonly texts: readonly [string, string]
  /** Registers, bit by bit, that both modules have. */
  readonly shared: number
  /** Registers that only one of them has, and that stay inside. */
  readonly unshared: number
}

/**
 * Opens two modules at the registers that both have: one-bit flip-flops and latches of the same type, the
 * same initial value and a common name of their outputs. If the opened modules are the same combinational
 * function of ports and registers, the modules are the same function from equal states on, and their initial
 * states are equal: induction with a single step.
 */
export function cutAtState(first: RtlilModule, second: RtlilModule): StateCut {
  const sides = [registersOf(first), registersOf(second)] as const
  const byName = new Map<string, Register>()
  for (const register of sides[0]) {
    for (const name of register.names) byName.set(name, register)
  }
  const used = new Set<Register>()
  const pairs: [Register, Register][] = []
  for (const register of sides[1]) {
    const candidates = register.names.map((name) => byName.get(name))
    const partner = candidates.find(
      (candidate) =>
        candidate !== undefined &&
        !used.has(candidate) &&
        candidate.cell.type === register.cell.type &&
        candidate.initial === register.initial,
    )
    if (partner === undefined) continue
    used.add(partner)
    pairs.push([partner, register])
  }
  return {
    texts: [
      opened(
        first,
        pairs.map(([register]) => register.cell),
      ),
      opened(
        second,
        pairs.map(([, register]) => register.cell),
      ),
    ],
    shared: pairs.length,
    unshared: sides[0].length + sides[1].length - 2 * pairs.length,
  }
}

interface Register {
  readonly cell: RtlilCell
  /** Of the net of its output, without those that Yosys made. */
  readonly names: readonly string[]
  /** `0` also when nothing says so. */
  readonly initial: string
}

export function isRegister({ type }: RtlilCell): boolean {
  return /^\$_\w*(FF|LATCH|SR)\w*_$/.test(type)
}

function registersOf(module: RtlilModule): Register[] {
  const cells = module.cells.filter(isRegister)
  if (cells.length === 0) return []
  const widths = wireWidths(module)
  const nets = new Nets(module, widths)
  const initials = new Map<string, string>()
  for (const { name, init } of module.wires) {
    const bits = signalBits(identifier(name), widths)
    for (const [index, value] of [...(init ?? '')].entries()) {
      if (value !== 'x') initials.set(bits[index]!, value)
    }
  }
  return cells.map((cell) => {
    const names = nets.namesOf(cell.connections.get('Q')!)
    return {
      cell,
      names: names.filter((name) => !name.startsWith('$')),
      initial: names.map((name) => initials.get(name)).find((value) => value !== undefined) ?? '0',
    }
  })
}

/** The module with `cells` taken out; the n-th becomes the ports `state_n`, `state_n_D` and so on. */
function opened(module: RtlilModule, cells: readonly RtlilCell[]): string {
  const removed = new Set<number>()
  const added: string[] = []
  let port = module.wires.filter(({ direction }) => direction !== undefined).length
  for (const [number, cell] of cells.entries()) {
    const [from, to] = cell.lines
    for (let line = from; line <= to; line++) removed.add(line)
    const state = `\\state_${number}`
    added.push(`  wire input ${++port} ${state}`)
    added.push(`  connect ${cell.connections.get('Q')} ${state}`)
    for (const [pin, signal] of [...cell.connections].sort()) {
      if (pin === 'Q') continue
      added.push(`  wire output ${++port} ${state}_${pin}`)
      added.push(`  connect ${state}_${pin} ${signal}`)
    }
  }
  const kept = module.lines.filter(
    (line, index) => !removed.has(index) && !/^\s*attribute \\init /.test(line),
  )
  return [...kept.slice(0, -1), ...added, 'end', ''].join('\n')
}
