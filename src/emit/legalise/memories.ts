import { InputError } from '../../common/input-error.js'
import type { MemoryNode, MemoryReadNode, MemoryWriteNode } from '../../hdl/ir/module-node.js'
import { RomContents } from '../../hdl/ir/rom-contents.js'
import { declaredFirst } from '../prettify/declared-first.js'
import * as sv from '../printable/expression.js'
import type { SvBranch, SvItem, SvSection, SvStatement } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import type { Lowering } from './lower.js'
import type { ModuleNets } from './nets.js'
import type { Renderer } from './render.js'
import { imageOf, inRangeTerm } from './roms.js'
import * as simplify from './simplify.js'
import type { Term } from './term.js'

interface ReadPort {
  readonly node: MemoryReadNode
  readonly clock: Net
  readonly data: Net
  readonly address: Term
  readonly inRange: Term | undefined
  /** Absent when every cycle reads. */
  readonly enable: Term | undefined
}

interface WritePort {
  readonly node: MemoryWriteNode
  readonly clock: Net
  readonly address: Term
  readonly data: Term
  readonly enable: Term
  readonly mask: Term | undefined
}

export interface LoweredMemory {
  readonly node: MemoryNode
  readonly reads: readonly ReadPort[]
  readonly writes: readonly WritePort[]
}

/** Memories that nobody reads are left out. */
export function lowerMemories(
  memories: readonly MemoryNode[],
  lowering: Lowering,
  nets: ModuleNets,
): LoweredMemory[] {
  return memories
    .filter(({ reads }) => reads.length > 0)
    .map((node) => ({
      node,
      reads: node.reads.map((read) => {
        const address = lowering.constantOr(lowering.lower(read.address))
        const enable = read.enable && lowering.lower(read.enable)
        return {
          node: read,
          clock: nets.valueOf(read.clock),
          data: nets.valueOf(read.data),
          address,
          inRange: inRangeTerm(address, node.depth),
          enable: enable?.isConst && enable.value === 1n ? undefined : enable,
        }
      }),
      writes: node.writes.map((write) => {
        const address = lowering.constantOr(lowering.lower(write.address))
        const enable = lowering.lower(write.enable)
        const inRange = inRangeTerm(address, node.depth)
        return {
          node: write,
          clock: nets.valueOf(write.clock),
          address,
          data: lowering.lower(write.data),
          enable: inRange === undefined ? enable : simplify.bitwise('and', enable, inRange),
          mask: write.mask && lowering.lower(write.mask),
        }
      }),
    }))
}

export function* termsOfMemory({ reads, writes }: LoweredMemory): Generator<Term> {
  for (const { address, data, enable, mask } of writes) {
    yield enable
    yield address
    yield data
    if (mask !== undefined) yield mask
  }
  for (const { address, enable, inRange } of reads) {
    if (enable !== undefined) yield enable
    yield address
    if (inRange !== undefined) yield inRange
  }
}

/** The array, one process for the writes of each clock, one for each read port. */
export function memorySections(
  memory: LoweredMemory,
  renderer: Renderer,
  wires: SvItem[],
): SvSection[] {
  const { name, width, depth, init, place, attributes } = memory.node
  const isWritten = memory.writes.some(({ enable }) => !enable.isConst || enable.value === 1n)
  const image = isWritten ? init : (init ?? zeros(width, depth))
  const sections: SvSection[] = [
    [
      {
        kind: 'memory',
        name,
        width,
        depth,
        image: image && imageOf('mem', image),
        place,
        attributes,
      },
    ],
  ]
  renderer.startTarget(name)

  const written: SvItem[] = []
  const writesByClock = new Map<Net, SvStatement[]>()
  for (const port of memory.writes) {
    const body = writesByClock.get(port.clock) ?? []
    writesByClock.set(port.clock, body)
    wires.length = 0
    body.push(...writeStatements(memory.node, port, renderer))
    written.push(...wires)
  }
  if (writesByClock.size > 1) {
    const hint = 'no portable SystemVerilog says this: write in one clock domain'
    throw new InputError('the memory is written by several clocks', { field: name }, hint)
  }
  for (const [clock, body] of writesByClock) {
    if (body.length === 0) continue
    sections.push([
      ...declaredFirst(written),
      { kind: 'sequential', clock, reset: undefined, body },
    ])
  }
  for (const port of memory.reads) {
    wires.length = 0
    const body = readStatements(memory.node, port, renderer)
    const { clock } = port
    sections.push([...declaredFirst(wires), { kind: 'sequential', clock, reset: undefined, body }])
  }
  return sections
}

/** What a memory that nothing writes to holds. */
function zeros(width: number, depth: number): RomContents {
  return RomContents.fromBytes(width, new Uint8Array(Math.ceil(width / 8) * depth))
}

function writeStatements(
  { name, width, laneWidth }: MemoryNode,
  { node, address, data, enable, mask }: WritePort,
  renderer: Renderer,
): readonly SvStatement[] {
  if (enable.isConst && enable.value === 0n) return []
  const at = sv.name(renderer.addressNet(address, 'waddr'))
  const { place } = node
  const lanes = width / laneWidth
  const store = (low: number, value: sv.SvExpression): SvStatement => ({
    kind: 'assign',
    target: {
      memory: name,
      address: at,
      ...(lanes === 1 ? {} : { lane: { low, width: laneWidth } }),
    },
    value,
    place,
  })
  let body: SvStatement[]
  if (mask === undefined) {
    const target = { memory: name, address: at }
    body = [{ kind: 'assign', target, value: sv.name(renderer.net(data, 'wdata')), place }]
  } else {
    const word = renderer.net(data, 'wdata')
    body = []
    for (let lane = 0; lane < lanes; lane++) {
      const low = lane * laneWidth
      const write = store(low, sv.select(word, low, laneWidth))
      const lit = mask.isConst ? (mask.value >> BigInt(lane)) & 1n : undefined
      if (lit === 1n) body.push(write)
      if (lit !== undefined) continue
      const condition = sv.select(renderer.net(mask, 'wmask'), lane, 1)
      body.push(when({ condition, body: [write] }))
    }
  }
  if (enable.isConst) return body
  return [when({ condition: sv.name(renderer.net(enable, 'we')), body })]
}

function readStatements(
  { name, width }: MemoryNode,
  { node, address, data, enable, inRange }: ReadPort,
  renderer: Renderer,
): readonly SvStatement[] {
  const at = sv.name(renderer.addressNet(address, 'raddr'))
  const word = sv.word(name, at, width)
  const value =
    inRange === undefined
      ? word
      : sv.ternary(renderer.operand(inRange), word, sv.literal(width, 0n))
  const { place } = node
  const load: SvStatement = { kind: 'assign', target: data, value, place }
  if (enable === undefined) return [load]
  return [when({ condition: renderer.operand(enable), body: [load] })]
}

function when(branch: SvBranch): SvStatement {
  return { kind: 'if', branches: [branch], otherwise: [] }
}
