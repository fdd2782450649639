import type { ExpressionNode } from '../../hdl/ir/expression.js'
import type { RomNode, SignalNode } from '../../hdl/ir/module-node.js'
import type { RomContents } from '../../hdl/ir/rom-contents.js'
import type { NameScope } from '../names.js'
import { declaredFirst } from '../prettify/declared-first.js'
import * as sv from '../printable/expression.js'
import type { SvImage, SvItem, SvSection } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import type { Lowering } from './lower.js'
import type { ModuleNets } from './nets.js'
import type { Renderer } from './render.js'
import * as simplify from './simplify.js'
import type { Term } from './term.js'

/** A ROM read at one address. */
export interface RomAccess {
  readonly rom: RomNode
  readonly address: Term
  readonly data: Net
  /** `logic` form: the word as an expression of the address. */
  readonly value: Term | undefined
  /** `logic` form with a computed address: the wire that the construction reads. */
  readonly addressWire: Net | undefined
}

/** The reads of a module's ROMs; reads at one address share their hardware. */
export class RomAccesses {
  readonly list: RomAccess[] = []
  readonly #known = new Map<RomNode, Map<Term, RomAccess>>()

  constructor(
    private readonly nets: ModuleNets,
    private readonly scope: NameScope,
  ) {}

  /** The word of a ROM at an address; a constant where every address gives the same. */
  read(rom: RomNode, address: Term, lowering: Lowering): Term {
    if (address.isConst) {
      const at = Number(address.value)
      return simplify.constant(rom.contents.width, rom.contents.word(at))
    }
    let known = this.#known.get(rom)
    if (known === undefined) {
      known = new Map()
      this.#known.set(rom, known)
    }
    let access = known.get(address)
    if (access === undefined) {
      access = this.#access(rom, address, lowering)
      known.set(address, access)
      if (!access.value?.isConst) this.list.push(access)
    }
    const { value, data } = access
    return value?.isConst
      ? simplify.constant(rom.contents.width, value.value)
      : lowering.readNet(data)
  }

  #access(rom: RomNode, address: Term, lowering: Lowering): RomAccess {
    const { form, contents, place, attributes } = rom
    const data = this.#wire(`${rom.name}_data`, contents.width, rom)
    if (form.kind !== 'logic') {
      return { rom, address, data, value: undefined, addressWire: undefined }
    }
    const addressWire =
      address.op === 'net' ? undefined : this.#wire(`${rom.name}_addr`, address.width, rom)
    const signal: SignalNode = {
      kind: 'wire',
      name: addressWire?.name ?? address.net!.name,
      width: address.width,
      signed: false,
      role: 'data',
      place,
      attributes,
      markedUnused: false,
    }
    this.nets.alias(signal, addressWire ?? address.net!)
    const ref: ExpressionNode = { kind: 'ref', signal, width: address.width, signed: false, place }
    const node = form.build(ref, contents)
    lowering.countUses(node)
    return { rom, address, data, value: lowering.lower(node), addressWire }
  }

  #wire(name: string, width: number, rom: RomNode): Net {
    const place = rom.place
    return { name: this.scope.allocate(name), width, signed: false, place, attributes: [] }
  }
}

/** The terms that a ROM read computes from. */
export function termsOfAccess({ address, value }: RomAccess): readonly Term[] {
  return value === undefined ? [address] : [address, value]
}

/** The file with the contents of a ROM or memory, named by what it holds. */
export function imageOf(kind: 'rom' | 'mem', contents: RomContents): SvImage {
  return { path: `${kind}_${contents.hash.slice(0, 12)}.hex`, contents }
}

export function constructionOf(rom: RomNode): string {
  return 'construction' in rom.form ? rom.form.construction : rom.form.kind
}

/** Sections for all ROM reads of a module. */
export class RomSections {
  readonly #arrays = new Map<RomNode, string>()

  constructor(
    private readonly renderer: Renderer,
    private readonly scope: NameScope,
    private readonly wires: SvItem[],
  ) {}

  section(access: RomAccess): SvSection {
    const { rom, data, address, value, addressWire } = access
    const { contents, place } = rom
    this.wires.length = 0
    this.renderer.startTarget(rom.name)
    const items: SvItem[] = []
    switch (rom.form.kind) {
      case 'table':
        items.push({
          kind: 'table',
          address: this.renderer.addressNet(address, 'addr'),
          data,
          contents,
          place,
        })
        break
      case 'logic': {
        if (addressWire !== undefined) {
          const target = addressWire
          items.push({ kind: 'assign', target, value: this.renderer.value(address), place })
        }
        const text = this.renderer.value(value!)
        items.push(...this.wires.splice(0), { kind: 'assign', target: data, value: text, place })
        break
      }
      case 'readmemh':
        items.push(...this.#array(rom), {
          kind: 'assign',
          target: data,
          value: this.#guarded(rom, contents.depth, address, (at) =>
            sv.word(this.#arrays.get(rom)!, at, contents.width),
          ),
          place,
        })
        break
      case 'module':
        items.push(...this.#instance(rom, rom.form.name, 2 ** contents.addressWidth, address, data))
        break
      case 'macro':
        items.push(...this.#instance(rom, rom.form.module, contents.depth, address, data))
        break
    }
    const size = `${plural(contents.depth, 'word')} of ${plural(contents.width, 'bit')}`
    const hash = contents.hash.slice(0, 12)
    const text = `ROM ${rom.name}: ${size}, ${constructionOf(rom)}, SHA-256 ${hash}`
    return [{ kind: 'comment', text }, ...declaredFirst([...this.wires, ...items])]
  }

  /** The array that all reads of a `readmemh` ROM share, declared with the first. */
  #array(rom: RomNode): SvItem[] {
    if (this.#arrays.has(rom)) return []
    this.#arrays.set(rom, rom.name)
    const { width, depth } = rom.contents
    const { name, place, attributes } = rom
    const image = imageOf('rom', rom.contents)
    return [{ kind: 'memory', name, width, depth, image, place, attributes }]
  }

  /** @param addresses that the module may be given */
  #instance(rom: RomNode, module: string, addresses: number, address: Term, data: Net): SvItem[] {
    const { place, attributes } = rom
    const name = this.scope.allocate(`u_${rom.name}`)
    let at: sv.SvExpression | undefined
    let word: Net | undefined
    const value = this.#guarded(rom, addresses, address, (of) => {
      at = of
      word = { ...data, name: this.scope.allocate(`${rom.name}_word`), attributes: [] }
      return sv.name(word)
    })
    const connections = [
      { port: 'addr_i', direction: 'input', value: at! },
      { port: 'data_o', direction: 'output', value: sv.name(value.kind === 'name' ? data : word!) },
    ] as const
    const instance = {
      kind: 'instance',
      module,
      name,
      parameters: {},
      connections,
      place,
      attributes,
    } as const
    if (value.kind === 'name') return [instance]
    const target = data
    return [{ kind: 'declare', net: word! }, instance, { kind: 'assign', target, value, place }]
  }

  /** The word at an address, zero from `depth` on. */
  #guarded(
    rom: RomNode,
    depth: number,
    address: Term,
    word: (address: sv.SvExpression) => sv.SvExpression,
  ): sv.SvExpression {
    const { width, addressWidth } = rom.contents
    const at = sv.name(this.renderer.addressNet(fitAddress(address, addressWidth), 'addr'))
    const inRange = inRangeTerm(address, depth)
    if (inRange === undefined) return word(at)
    return sv.ternary(this.renderer.operand(inRange), word(at), sv.literal(width, 0n))
  }
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Whether an address lies below the depth; undefined when all do. */
export function inRangeTerm(address: Term, depth: number): Term | undefined {
  if (2 ** address.width <= depth) return undefined
  address.shared = true
  return simplify.compare('ult', address, simplify.constant(address.width, BigInt(depth)))
}

export function fitAddress(address: Term, width: number): Term {
  return address.width < width
    ? simplify.extend(address, width, false)
    : simplify.slice(address, 0, width)
}
