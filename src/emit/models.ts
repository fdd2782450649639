import type { ModuleNode, RomNode } from '../hdl/ir/module-node.js'
import { portsOf } from '../hdl/ir/module-node.js'
import type { EmittedModule } from './emitted-design.js'
import { imageOf, plural } from './legalise/roms.js'
import * as sv from './printable/expression.js'
import type { SvItem, SvModule } from './printable/module.js'
import type { Net } from './printable/net.js'

/** Simulation model of a ROM macro: ports `addr_i` and `data_o`, combinational, zero beyond the depth. */
export function macroModel(name: string, rom: RomNode): SvModule {
  const { contents } = rom
  const { width, depth, addressWidth } = contents
  const address = net('addr_i', addressWidth)
  const data = net('data_o', width)
  const word = sv.word('mem', sv.name(address), width)
  const isFull = 2 ** addressWidth === depth
  const value = isFull
    ? word
    : sv.ternary(
        sv.binary('<', sv.name(address), sv.literal(addressWidth, BigInt(depth))),
        word,
        sv.literal(width, 0n),
      )
  const memory: SvItem = {
    kind: 'memory',
    name: 'mem',
    width,
    depth,
    image: imageOf('rom', contents),
    place: undefined,
    attributes: [],
  }
  return {
    name,
    place: undefined,
    attributes: [],
    header: [
      `Simulation model of the ROM macro ${name}: ${plural(depth, 'word')} of ${plural(width, 'bit')}.`,
    ],
    parameters: {},
    ports: [
      { direction: 'input', net: address },
      { direction: 'output', net: data },
    ],
    sections: [[memory], [{ kind: 'assign', target: data, value, place: undefined }]],
  }
}

/** The ports of a ROM macro, for synthesis. */
export function macroStub(name: string, rom: RomNode): SvModule {
  const { width, addressWidth } = rom.contents
  return stub(name, [
    { direction: 'input', net: net('addr_i', addressWidth) },
    { direction: 'output', net: net('data_o', width) },
  ])
}

/** The ports of an emitted module, as a black box. */
export function moduleStub({ name, ports }: EmittedModule): SvModule {
  return stub(
    name,
    ports.map(({ name: port, direction, width, signed }) => ({
      direction,
      net: net(port, width, signed),
    })),
  )
}

/** The ports of a black box. */
export function blackBoxStub(module: ModuleNode): SvModule {
  const ports = portsOf(module).map((signal) => ({
    direction: signal.kind === 'input' ? ('input' as const) : ('output' as const),
    net: net(signal.name, signal.width, signal.signed),
  }))
  return stub(module.name, ports, module.blackBox?.parameters)
}

/** Outputs are tied so that linters, which ignore the attribute, find nothing undriven. */
function stub(
  name: string,
  ports: SvModule['ports'],
  parameters: SvModule['parameters'] = {},
): SvModule {
  const inputs = ports.filter(({ direction }) => direction === 'input')
  const unused = net('unused_ports', 1)
  const all = inputs.map((port) => sv.name(port.net))
  const joined = all.length === 1 ? all[0]! : sv.concat(all)
  const sink: SvItem[] =
    inputs.length === 0
      ? []
      : [
          { kind: 'declare', net: unused },
          {
            kind: 'assign',
            target: unused,
            value: joined.width === 1 ? joined : sv.unary('^', joined),
            place: undefined,
          },
        ]
  const parameterSinks = Object.keys(parameters).map(
    (parameter): SvItem => ({ kind: 'unusedParameter', parameter }),
  )
  const ties = ports
    .filter(({ direction }) => direction === 'output')
    .map(({ net: target }): SvItem => {
      const value = sv.literal(target.width, 0n, target.signed)
      return { kind: 'assign', target, value, place: undefined }
    })
  return {
    name,
    place: undefined,
    attributes: [{ name: 'blackbox', value: 1 }],
    header: [`Ports of ${name}; its contents come from elsewhere.`],
    parameters,
    ports,
    sections: [ties, [...parameterSinks, ...sink]].filter((section) => section.length > 0),
  }
}

function net(name: string, width: number, signed = false): Net {
  return { name, width, signed, place: undefined, attributes: [] }
}
