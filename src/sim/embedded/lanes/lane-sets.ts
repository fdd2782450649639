import type { FlatDesign, NetId } from '../../../hdl/ir/flat.js'

/**
 * Instances of one template that become the lanes of vectors, outermost repetition first: every tuple
 * holds the nets that are the same expression of the same module, one a lane.
 */
export interface LaneSet {
  readonly lanes: number
  readonly tuples: readonly Int32Array[]
}

/** A repetition this large fills vectors of 16-bit lanes. */
const fullRepetition = 8
/** Fewer instances are not worth vectors. */
const smallestRepetition = 4
/** A small repetition yields to a full one inside it that holds this part of its nets. */
const yieldingShare = 0.8
const nodesPerInstance = 2 ** 32

export function findLaneSets(design: FlatDesign): LaneSet[] {
  const instances = new InstanceTree(design)
  const roots = new Map<number, number[]>()
  const lane = new Int32Array(instances.size).fill(-1)
  const root = new Int32Array(instances.size).fill(-1)
  for (let instance = 0; instance < instances.size; instance++) {
    const parent = instances.parent[instance]!
    if (parent !== -1 && root[parent] !== -1) {
      root[instance] = root[parent]!
      lane[instance] = lane[parent]!
      continue
    }
    const template = instances.template[instance]!
    if (template === -1 || !instances.isLaneTemplate(template)) continue
    root[instance] = instance
    const members = roots.get(template) ?? []
    lane[instance] = members.push(instance) - 1
    roots.set(template, members)
  }
  const builders = new Map<number, LaneSetBuilder>()
  for (const [template, members] of roots) {
    if (members.length >= smallestRepetition) {
      builders.set(template, new LaneSetBuilder(members.length))
    }
  }
  if (builders.size === 0) return []
  for (let net = 0; net < design.nets.length; net++) {
    const { instance, node, template } = design.nets[net]!
    const at = root[instance]!
    if (at === -1 || template === -1) continue
    const relativePath = design.instances[instance]!.slice(design.instances[at]!.length)
    builders.get(instances.template[at]!)?.add(relativePath, node, lane[instance]!, net)
  }
  return [...builders.values()].map((builder) => builder.finish())
}

class LaneSetBuilder {
  readonly #places = new Map<string, number>()
  readonly #tuples = new Map<number, { nets: Int32Array; filled: number }>()

  constructor(readonly lanes: number) {}

  add(relativePath: string, node: number, lane: number, net: NetId): void {
    let place = this.#places.get(relativePath)
    if (place === undefined) {
      place = this.#places.size
      this.#places.set(relativePath, place)
    }
    const key = place * nodesPerInstance + node
    let tuple = this.#tuples.get(key)
    if (tuple === undefined) {
      tuple = { nets: new Int32Array(this.lanes).fill(-1), filled: 0 }
      this.#tuples.set(key, tuple)
    }
    if (tuple.nets[lane] === -1) tuple.filled++
    tuple.nets[lane] = net
  }

  /** Tuples in which every lane takes part. */
  finish(): LaneSet {
    const complete = [...this.#tuples.values()].filter(({ filled }) => filled === this.lanes)
    return { lanes: this.lanes, tuples: complete.map(({ nets }) => nets) }
  }
}

/** The instance hierarchy, read from the instance paths; parents come before their children. */
class InstanceTree {
  readonly size: number
  readonly parent: Int32Array
  /** Template of each instance, -1 when it has no nets. */
  readonly template: Int32Array
  /** Nets of each instance with everything below it. */
  readonly #nets: Int32Array
  readonly #counts = new Map<number, number>()
  readonly #example = new Map<number, number>()

  constructor(design: FlatDesign) {
    const paths = design.instances
    this.size = paths.length
    this.parent = new Int32Array(this.size).fill(-1)
    this.template = new Int32Array(this.size).fill(-1)
    this.#nets = new Int32Array(this.size)
    const byPath = new Map(paths.map((path, instance) => [path, instance]))
    paths.forEach((path, instance) => {
      if (path === '') return
      const dot = path.lastIndexOf('.')
      this.parent[instance] = byPath.get(dot === -1 ? '' : path.slice(0, dot)) ?? -1
    })
    for (const { instance, template } of design.nets) {
      if (template === -1) continue
      this.template[instance] = template
      this.#nets[instance]!++
    }
    for (let instance = this.size - 1; instance >= 0; instance--) {
      const parent = this.parent[instance]!
      if (parent !== -1) this.#nets[parent]! += this.#nets[instance]!
      const template = this.template[instance]!
      if (template === -1) continue
      this.#counts.set(template, (this.#counts.get(template) ?? 0) + 1)
      this.#example.set(template, instance)
    }
  }

  isLaneTemplate(template: number): boolean {
    const count = this.#counts.get(template)!
    if (count >= fullRepetition) return true
    if (count < smallestRepetition) return false
    return this.#fullShare(this.#example.get(template)!) < yieldingShare
  }

  /** Part of an instance's nets that lies in full repetitions inside it. */
  #fullShare(outer: number): number {
    let covered = 0
    const inFull = new Uint8Array(this.size)
    for (let instance = outer + 1; instance < this.size; instance++) {
      const parent = this.parent[instance]!
      if (parent === -1) continue
      if (inFull[parent] === 1) {
        inFull[instance] = 1
        continue
      }
      const template = this.template[instance]!
      const full = template !== -1 && this.#counts.get(template)! >= fullRepetition
      if (!full || !this.#isBelow(instance, outer)) continue
      inFull[instance] = 1
      covered += this.#nets[instance]!
    }
    return covered / this.#nets[outer]!
  }

  #isBelow(instance: number, outer: number): boolean {
    let at = instance
    while (at > outer) at = this.parent[at]!
    return at === outer
  }
}

/** Nets of registers and memory reads in lane sets. */
export function laneRegistersOf(
  { nets }: FlatDesign,
  laneSets: readonly LaneSet[],
): ReadonlySet<NetId> {
  const found = new Set<NetId>()
  for (const { tuples } of laneSets) {
    for (const tuple of tuples) {
      const { op } = nets[tuple[0]!]!
      if (op !== 'register' && op !== 'memoryRead') continue
      for (const net of tuple) found.add(net)
    }
  }
  return found
}
