import { type ExpressionNode, isBitwise, operandsOf } from '../ir/expression.js'
import { type InstanceNode, type ModuleNode, portsOf, type SignalNode } from '../ir/module-node.js'
import { isExpression, type Vertex } from './combinational-paths.js'
import { driversOf } from './drivers.js'

/** One bit of a signal or expression. */
export interface Bit {
  readonly of: Vertex
  readonly bit: number
}

/** One bit of a signal below a module: `instances` lead from the module to the signal's own. */
export interface BitStep {
  readonly instances: readonly InstanceNode[]
  readonly signal: SignalNode
  readonly bit: number
}

const known = new WeakMap<ModuleNode, BitPaths>()

/** Made once a module, and from those of its instances. */
export function bitPathsOf(module: ModuleNode): BitPaths {
  let paths = known.get(module)
  if (paths === undefined) {
    paths = new BitPaths(module)
    known.set(module, paths)
  }
  return paths
}

/**
 * Combinational paths of one module bit by bit. Bitwise operators, muxes, slices and concatenations carry
 * each bit by itself; of any other operator every bit follows all bits of the operands.
 */
export class BitPaths {
  readonly #inputsOfOutput = new Map<SignalNode, readonly (readonly Bit[])[]>()
  readonly #instanceOf = new Map<SignalNode, { instance: InstanceNode; port: SignalNode }>()

  constructor(private readonly module: ModuleNode) {
    for (const instance of module.instances) {
      for (const [number, port] of portsOf(instance.module).entries()) {
        this.#instanceOf.set(instance.ports[number]!, { instance, port })
      }
    }
  }

  /**
   * Bits that follow themselves, each as the path from the bit back to it, sources after what follows them;
   * no two paths share a signal.
   *
   * @param among the signals to begin at
   */
  loops(among: readonly SignalNode[]): readonly (readonly BitStep[])[] {
    const found: (readonly BitStep[])[] = []
    const taken = new Set<SignalNode>()
    const finished = new BitSet()
    for (const signal of among) {
      for (let bit = 0; bit < signal.width; bit++) {
        this.#search({ of: signal, bit }, finished, (path) => {
          const steps = this.#steps(path)
          if (steps.some((step) => taken.has(step.signal))) return
          for (const step of steps) taken.add(step.signal)
          found.push(steps)
        })
      }
    }
    return found
  }

  /** The input bits that each bit of an output follows. */
  inputsOf(output: SignalNode): readonly (readonly Bit[])[] {
    let inputs = this.#inputsOfOutput.get(output)
    if (inputs === undefined) {
      inputs = Array.from({ length: output.width }, (_, bit) => {
        const reached: Bit[] = []
        this.#search({ of: output, bit }, new BitSet(), undefined, (at) => {
          if (!isExpression(at.of) && at.of.kind === 'input') reached.push(at)
          return false
        })
        return reached
      })
      this.#inputsOfOutput.set(output, inputs)
    }
    return inputs
  }

  /** A path from an output's bit to an input's bit that it follows, both included. */
  pathBetween(output: Bit, input: Bit): readonly BitStep[] {
    let steps: readonly BitStep[] = []
    const isGoal = (at: Bit, path: () => readonly Bit[]) => {
      const found = at.of === input.of && at.bit === input.bit
      if (found) steps = this.#steps(path())
      return found
    }
    this.#search(output, new BitSet(), undefined, isGoal)
    return steps
  }

  /** What one bit follows directly. */
  #sources({ of, bit }: Bit): readonly Bit[] {
    if (isExpression(of)) return expressionSources(of, bit)
    if (of.kind === 'instanceOutput') {
      const { instance, port } = this.#instanceOf.get(of)!
      const inner = portsOf(instance.module)
      return bitPathsOf(instance.module)
        .inputsOf(port)
        [bit]!.map((source) => ({
          of: instance.ports[inner.indexOf(source.of as SignalNode)]!,
          bit: source.bit,
        }))
    }
    if (of.kind === 'register' || of.kind === 'memoryRead') return []
    const driver = driversOf(this.module).drivers.get(of)
    return driver === undefined ? [] : [{ of: driver.value, bit: ownBit(driver.value, bit) }]
  }

  /**
   * Depth first from one bit to all that it follows, each visited once; `onLoop` gets every path that returns
   * to itself, and `isGoal` ends the search.
   */
  #search(
    start: Bit,
    finished: BitSet,
    onLoop?: (path: readonly Bit[]) => void,
    isGoal?: (at: Bit, path: () => readonly Bit[]) => boolean,
  ): void {
    if (finished.has(start)) return
    const path: { at: Bit; sources: readonly Bit[]; next: number }[] = []
    const open = new BitSet()
    const bitsOfPath = () => path.map(({ at }) => at)
    const enter = (at: Bit) => {
      path.push({ at, sources: this.#sources(at), next: 0 })
      open.add(at)
      return isGoal?.(at, bitsOfPath) ?? false
    }
    if (enter(start)) return
    while (path.length > 0) {
      const step = path.at(-1)!
      const source = step.sources[step.next++]
      if (source === undefined) {
        finished.add(step.at)
        open.delete(step.at)
        path.pop()
      } else if (open.has(source)) {
        const bits = bitsOfPath()
        onLoop?.(bits.slice(bits.findIndex((b) => b.of === source.of && b.bit === source.bit)))
      } else if (!finished.has(source) && enter(source)) return
    }
  }

  /** The signals of a path, with the path inside an instance between its ports. */
  #steps(path: readonly Bit[]): readonly BitStep[] {
    return path.flatMap(({ of, bit }, i) => {
      if (isExpression(of)) return []
      const step: BitStep = { instances: [], signal: of, bit }
      const next = path[(i + 1) % path.length]!
      if (of.kind !== 'instanceOutput' || isExpression(next.of)) return [step]
      const { instance, port } = this.#instanceOf.get(of)!
      const input = portsOf(instance.module)[instance.ports.indexOf(next.of)]
      if (input === undefined) return [step]
      const inner = bitPathsOf(instance.module)
        .pathBetween({ of: port, bit }, { of: input, bit: next.bit })
        .slice(1, -1)
        .map((between) => ({ ...between, instances: [instance, ...between.instances] }))
      return [step, ...inner]
    })
  }
}

/** Of operators that mix bits, all bits are one. */
function ownBit(node: ExpressionNode, bit: number): number {
  return carriesBits(node) ? bit : 0
}

/** Whether each bit of the result follows bits of the operands by itself. */
function carriesBits(node: ExpressionNode): boolean {
  switch (node.kind) {
    case 'unary':
    case 'binary':
      return isBitwise(node)
    case 'shift':
    case 'index':
    case 'romRead':
      return false
    default:
      return true
  }
}

function expressionSources(node: ExpressionNode, bit: number): readonly Bit[] {
  const own = (of: ExpressionNode, at: number): Bit => ({ of, bit: ownBit(of, at) })
  switch (node.kind) {
    case 'const':
      return []
    case 'ref':
      return [{ of: node.signal, bit }]
    case 'slice':
      return [own(node.a, node.low + bit)]
    case 'truncate':
    case 'cast':
      return [own(node.a, bit)]
    case 'extend':
      if (bit < node.a.width) return [own(node.a, bit)]
      return node.signed ? [own(node.a, node.a.width - 1)] : []
    case 'mux':
      return [own(node.condition, 0), own(node.whenTrue, bit), own(node.whenFalse, bit)]
    case 'concat': {
      let low = 0
      for (const part of [...node.parts].reverse()) {
        if (bit < low + part.width) return [own(part, bit - low)]
        low += part.width
      }
      return []
    }
    default:
      if (carriesBits(node)) return operandsOf(node).map((operand) => own(operand, bit))
      return operandsOf(node).flatMap((operand) =>
        carriesBits(operand)
          ? Array.from({ length: operand.width }, (_, at) => ({ of: operand, bit: at }))
          : [{ of: operand, bit: 0 }],
      )
  }
}

class BitSet {
  readonly #bits = new Map<Vertex, Set<number>>()

  has({ of, bit }: Bit): boolean {
    return this.#bits.get(of)?.has(bit) ?? false
  }

  add({ of, bit }: Bit): void {
    const bits = this.#bits.get(of)
    if (bits === undefined) this.#bits.set(of, new Set([bit]))
    else bits.add(bit)
  }

  delete({ of, bit }: Bit): void {
    this.#bits.get(of)?.delete(bit)
  }
}
