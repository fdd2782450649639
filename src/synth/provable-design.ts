import { InputError } from '../common/input-error.js'
import { type EmittedDesign, filesFor } from '../emit/index.js'
import { readDesign } from './read-design.js'
import { parseRtlil, type RtlilCell, type RtlilModule } from './rtlil.js'
import { isRegister } from './state-cut.js'
import type { Yosys, YosysRunOptions } from './yosys.js'

/** The part of an emitted design that a proof reads; its ports say which of them are resets. */
export type ProvableDesign = Pick<EmittedDesign, 'top' | 'files'> &
  Partial<Pick<EmittedDesign, 'ports'>>

export type Side = 'first' | 'second'

/**
 * Both designs as one module of gates each, named by their sides. The same steps for both keep equal
 * structures equal. Undefined values are zero.
 */
export async function gateLevel(
  designs: Readonly<Record<Side, ProvableDesign>>,
  yosys: Yosys,
  options: YosysRunOptions,
): Promise<Readonly<Record<Side, RtlilModule>>> {
  const sides = [loaded(designs.first, 'first'), loaded(designs.second, 'second')]
  const run = await yosys.run(
    sides.flatMap(({ commands }) => commands),
    { ...sides[0]!.files, ...sides[1]!.files },
    { ...options, outputs: ['first.il', 'second.il'] },
  )
  const moduleOf = (side: Side): RtlilModule => {
    const modules = parseRtlil(run.files[`${side}.il`] ?? '')
    return modules.find(({ name }) => name === side)!
  }
  const modules = { first: moduleOf('first'), second: moduleOf('second') }
  refuseDifferentPorts(modules)
  return modules
}

function loaded(design: ProvableDesign, side: Side) {
  const sources = filesFor({ files: design.files } as EmittedDesign, 'synthesis')
  const { files, commands } = readDesign(sources, design.top, side)
  return {
    files,
    commands: [
      'design -reset',
      ...commands,
      'proc',
      // Reads of memories have undefined enables until they are collected.
      'memory_collect',
      'setundef -zero',
      `synth -top ${design.top} -flatten -nofsm -noshare -run begin:fine`,
      'chformal -remove',
      'delete */t:$scopeinfo',
      'memory_map',
      'setundef -zero',
      'opt -fast -full -nodffe -nosdff',
      'dffunmap',
      'techmap',
      'opt_expr',
      'opt_merge',
      'opt_clean',
      `rename ${design.top} ${side}`,
      `write_rtlil ${side}.il`,
    ],
  }
}

function refuseDifferentPorts({ first, second }: Readonly<Record<Side, RtlilModule>>): void {
  const ports = ({ wires }: RtlilModule): Map<string, string> =>
    new Map(
      wires
        .filter(({ direction }) => direction !== undefined)
        .map(({ name, width, direction }) => [name, `${direction} of ${width} bits`]),
    )
  const [left, right] = [ports(first), ports(second)]
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    if (left.get(name) === right.get(name)) continue
    const describe = (side: Map<string, string>): string => side.get(name) ?? 'absent'
    throw new InputError(
      `is ${describe(left)} in the first design, ${describe(right)} in the second`,
      { field: `port ${name}` },
      'only designs with the same ports can be compared',
    )
  }
}

/** Cells that are neither gates nor registers: black boxes, tristate buffers. */
export function opaqueCells(module: RtlilModule): readonly RtlilCell[] {
  return module.cells.filter(
    (cell) =>
      !isRegister(cell) &&
      !/^\$_(BUF|NOT|AND|NAND|OR|NOR|XOR|XNOR|ANDNOT|ORNOT|N?MUX|AOI[34]|OAI[34])_$/.test(
        cell.type,
      ),
  )
}

/** Clock signals and edges of the flip-flops, each once. */
export function clocksOf(module: RtlilModule): ReadonlySet<string> {
  const clocks = new Set<string>()
  for (const { type, connections } of module.cells) {
    const clock = connections.get('C')
    if (clock !== undefined) clocks.add(`${type.match(/_([NP])/)?.[1]} ${clock}`)
  }
  return clocks
}
