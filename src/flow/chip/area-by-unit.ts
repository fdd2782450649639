import type { EmittedModule } from '../../emit/index.js'
import type { AreaReport, ModuleArea } from '../../synth/index.js'

/** What one kind of unit takes on the whole chip, everything below it included. */
export interface UnitArea {
  readonly unit: string
  readonly instances: number
  readonly flipFlops: number
  readonly transistors: number
  readonly nand2: number
  /** Bits of memories with write ports; in no transistor count. */
  readonly memoryBits: number
  /** Bits of its ROMs, of any form. */
  readonly romBits: number
  /** Square micrometres of the macros for these memories, with an SRAM table. */
  readonly memoryArea?: number
  /** By library, without memories. */
  readonly squareMicrometres: Readonly<Record<string, number>>
}

/** Modules that are units, by the start of their names; what is above them and is no unit is wiring of the chip. */
const units: readonly (readonly [unit: string, prefix: string])[] = [
  ['L-Units', 'l_unit_'],
  ['vector rows', 'vector_row_'],
  ['H-Units', 'h_unit_'],
  ['adapters', 'adapter_'],
  ['controller', 'controller_'],
  ['self-test', 'self_test_'],
]

const rest = 'rest'

/** Adds the modules of a chip up by unit; the units of the result add up to the chip. */
export function areaByUnit(
  { modules }: AreaReport,
  emitted: readonly Pick<EmittedModule, 'name' | 'roms'>[],
): UnitArea[] {
  const areas = new Map(modules.map((module) => [module.name, module]))
  const ownRomBits = new Map(
    emitted.map(({ name, roms }) => [
      name,
      roms.reduce((sum, { width, depth }) => sum + width * depth, 0),
    ]),
  )
  const romBits = new Map<string, number>()
  const romBitsBelow = (name: string): number => {
    let bits = romBits.get(name)
    if (bits === undefined) {
      bits = ownRomBits.get(name) ?? 0
      for (const [child, count] of Object.entries(areas.get(name)!.children)) {
        bits += count * romBitsBelow(child)
      }
      romBits.set(name, bits)
    }
    return bits
  }

  const found = new Map<string, UnitArea>()
  const add = (unit: string, times: number, part: Figures, bits: number): void => {
    const before = found.get(unit)
    const sum = (name: keyof Omit<Figures, 'squareMicrometres'>) =>
      (before?.[name] ?? 0) + times * (part[name] ?? 0)
    found.set(unit, {
      unit,
      instances: (before?.instances ?? 0) + times,
      flipFlops: sum('flipFlops'),
      transistors: sum('transistors'),
      nand2: sum('nand2'),
      memoryBits: sum('memoryBits'),
      ...(part.memoryArea === undefined ? {} : { memoryArea: sum('memoryArea') }),
      romBits: (before?.romBits ?? 0) + times * bits,
      squareMicrometres: Object.fromEntries(
        Object.entries(part.squareMicrometres).map(([library, area]) => [
          library,
          (before?.squareMicrometres[library] ?? 0) + times * area,
        ]),
      ),
    })
  }
  const walk = (name: string, times: number): void => {
    const module = areas.get(name)!
    const unit = units.find(([, prefix]) => name.startsWith(prefix))?.[0]
    if (unit !== undefined) {
      add(unit, times, totalFigures(module), romBitsBelow(name))
      return
    }
    add(rest, times, ownFigures(module), ownRomBits.get(name) ?? 0)
    for (const [child, count] of Object.entries(module.children)) walk(child, times * count)
  }
  walk(modules[0]!.name, 1)
  const order = [...units.map(([unit]) => unit), rest]
  return order.flatMap((unit) => found.get(unit) ?? [])
}

type Figures = Omit<UnitArea, 'unit' | 'instances' | 'romBits'>

function totalFigures({ total, memoryBits, memoryArea, libraries }: ModuleArea): Figures {
  const { flipFlops, transistors, nand2 } = total
  const squareMicrometres = Object.fromEntries(
    libraries.map(({ library, squareMicrometres: area }) => [library, area]),
  )
  const ofMacros = memoryArea === undefined ? {} : { memoryArea }
  return { flipFlops, transistors, nand2, memoryBits, ...ofMacros, squareMicrometres }
}

function ownFigures({ own, memories, memoryArea, libraries }: ModuleArea): Figures {
  const { flipFlops, transistors, nand2 } = own
  const written = memories.filter(({ writePorts }) => writePorts > 0)
  const memoryBits = written.reduce((sum, { width, depth }) => sum + width * depth, 0)
  const covers = written.reduce((sum, { cover }) => sum + (cover?.area ?? 0), 0)
  const ofMacros = memoryArea === undefined ? {} : { memoryArea: covers }
  const squareMicrometres = Object.fromEntries(
    libraries.map(({ library, own: { squareMicrometres: area } }) => [library, area]),
  )
  return { flipFlops, transistors, nand2, memoryBits, ...ofMacros, squareMicrometres }
}
