import { romPolicyNames } from '../../generators/rom/index.js'
import type { Random } from '../../src/common/random.js'
import type {
  BinaryName,
  BlockRecipe,
  BranchesStep,
  BranchRecipe,
  CircuitRecipe,
  MemoryStep,
  ModuleRecipe,
  Pattern,
  Ref,
  RegisterStep,
  ResetRecipe,
  ScalarRecipe,
  Step,
  TypeRecipe,
  UnaryName,
} from './recipe.js'
import { leavesOf, outputLeaves, valueCount, widthOf } from './recipe-refs.js'

const usualWidths = [1, 2, 3, 4, 5, 7, 8, 8, 9, 12, 16, 17, 24, 31, 32, 33]
const wideWidths = [48, 63, 64, 65, 80, 96, 127, 128, 129, 200]

const unaryNames: readonly UnaryName[] = [
  'not',
  'neg',
  'abs',
  'reduceAnd',
  'reduceOr',
  'reduceXor',
  'isNegative',
  'asBool',
  'cast',
  'toSigned',
]

const binaryNames: readonly BinaryName[] = [
  'add',
  'add',
  'sub',
  'sub',
  'mul',
  'and',
  'or',
  'xor',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
]

/** Names that the emitter uses itself, so that it must make way. */
const awkwardNames = [
  'count',
  'count_q',
  'count_d',
  'unused_x',
  'x',
  'x_d',
  'x_q',
  'x_next',
  'StState0',
  's1_state0',
  'u_s2_out0',
  'rom_data',
  'Rom_Address',
  'i',
  'shifted',
  'sum2',
] as const

const resets: readonly (ResetRecipe | undefined)[] = [
  undefined,
  undefined,
  { style: 'async', activeLow: false },
  { style: 'sync', activeLow: true },
  { style: 'sync', activeLow: false },
]

/** A random reset for the circuits of one batch, which share a bench. */
export function generateReset(random: Random): ResetRecipe | undefined {
  return pick(random, resets)
}

/** A random circuit of one to three modules. */
export function generateCircuit(random: Random, reset: ResetRecipe | undefined): CircuitRecipe {
  const modules: ModuleRecipe[] = []
  const count = 1 + weighted(random, [5, 3, 2])
  for (let i = 0; i < count; i++) {
    const isTop = i === count - 1
    modules.push(new ModuleGenerator(random, modules.slice(), isTop).generate())
  }
  return { modules, ...(reset === undefined ? {} : { reset }) }
}

class ModuleGenerator {
  readonly #steps: Step[] = []
  readonly #counts: number[] = []

  constructor(
    private readonly random: Random,
    private readonly earlier: readonly ModuleRecipe[],
    private readonly isTop: boolean,
  ) {}

  generate(): ModuleRecipe {
    const { random } = this
    const inputs = Array.from({ length: random.integer(1, 4) }, () => this.#type(1))
    this.#counts.push(inputs.flatMap(leavesOf).length)
    const length = this.isTop ? random.integer(6, 30) : random.integer(2, 12)
    for (let i = 0; i < length; i++) {
      const step = this.#step()
      this.#steps.push(step)
      this.#counts.push(valueCount(step, (module) => outputLeaves(this.earlier, module)))
    }
    const outputs = Array.from({ length: random.integer(1, 4) }, () => {
      const type = this.#type(1)
      return { type, values: leavesOf(type).map(() => this.#recent()) }
    })
    // What nothing reads is not built, so the last values are read in any case.
    const wide: TypeRecipe = { kind: 'uint', width: random.integer(1, 80) }
    const last = Array.from({ length: random.integer(1, 4) }, (_, i) => ({
      type: wide,
      values: [[Math.max(0, length - i), random.integer(0, 9)] as const],
    }))
    return { inputs, steps: this.#steps, outputs: [...outputs, ...last] }
  }

  #width(): number {
    return pick(this.random, this.random.chance(0.12) ? wideWidths : usualWidths)
  }

  #scalar(): ScalarRecipe {
    const kind = weighted(this.random, [2, 5, 4])
    if (kind === 0) return { kind: 'bool' }
    return { kind: kind === 1 ? 'uint' : 'sint', width: this.#width() }
  }

  #type(depth: number): TypeRecipe {
    const { random } = this
    const kind = depth === 0 ? 0 : weighted(random, [14, 2, 2])
    if (kind === 1) {
      return { kind: 'vec', element: this.#type(depth - 1), length: random.integer(1, 4) }
    }
    if (kind === 2) {
      const fields = Array.from({ length: random.integer(1, 3) }, () => this.#type(depth - 1))
      return { kind: 'bundle', fields }
    }
    return this.#scalar()
  }

  /** A value so far, most often one of the last. */
  #ref(): Ref {
    const { random } = this
    const end = this.#counts.length - 1
    const step = random.chance(0.6)
      ? Math.max(0, end - Math.floor(random.fraction() ** 2 * 8))
      : random.integer(0, end)
    return [step, random.integer(0, 9)]
  }

  /** A value of any step, the first ones for operands that may come later. */
  #anywhere(): Ref {
    return [this.random.integer(0, 40), this.random.integer(0, 9)]
  }

  #recent(): Ref {
    return [
      this.random.integer(Math.max(0, this.#counts.length - 12), this.#counts.length - 1),
      this.random.integer(0, 9),
    ]
  }

  #optional<K extends string, T>(key: K, chance: number, make: () => T): { [P in K]?: T } {
    return (this.random.chance(chance) ? { [key]: make() } : {}) as { [P in K]?: T }
  }

  #name() {
    return this.#optional('name', 0.2, () => pick(this.random, awkwardNames) as string)
  }

  #pattern(width: number): Pattern {
    return pattern(this.random, width).toString(16)
  }

  #refs(low: number, high: number): readonly Ref[] {
    return Array.from({ length: this.random.integer(low, high) }, () => this.#ref())
  }

  #step(): Step {
    const { random } = this
    const makers: readonly (readonly [number, () => Step])[] = [
      [3, () => this.#const()],
      [8, () => ({ kind: 'unary', op: pick(random, unaryNames), a: this.#ref() })],
      [
        20,
        () => ({
          kind: 'binary',
          op: pick(random, binaryNames),
          signed: random.chance(0.5),
          a: this.#ref(),
          b: this.#ref(),
        }),
      ],
      [
        7,
        () => ({
          kind: 'shift',
          op: random.chance(0.4) ? 'left' : 'right',
          a: this.#ref(),
          by: this.#ref(),
        }),
      ],
      [
        3,
        () => ({
          kind: 'move',
          op: random.chance(0.5) ? 'shl' : 'shr',
          a: this.#ref(),
          amount: random.integer(0, 20),
        }),
      ],
      [
        6,
        () => ({
          kind: 'resize',
          op: pick(random, ['extend', 'truncate', 'saturate'] as const),
          a: this.#ref(),
          by: random.integer(0, 69),
        }),
      ],
      [
        6,
        () => ({
          kind: 'slice',
          a: this.#ref(),
          high: random.integer(0, 40),
          low: random.integer(0, 40),
        }),
      ],
      [3, () => ({ kind: 'bit', a: this.#ref(), at: this.#ref() })],
      [
        3,
        () => ({
          kind: 'select',
          element: this.#scalar(),
          items: this.#refs(1, 6),
          at: this.#ref(),
        }),
      ],
      [5, () => ({ kind: 'cat', parts: this.#refs(1, 4) })],
      [2, () => ({ kind: 'repeat', a: this.#ref(), count: random.integer(0, 4) })],
      [7, () => ({ kind: 'mux', condition: this.#ref(), a: this.#ref(), b: this.#ref() })],
      [4, () => ({ kind: 'let', a: this.#ref(), ...this.#name() })],
      [4, () => this.#rom()],
      [8, () => this.#register()],
      [4, () => this.#memory()],
      [7, () => this.#branches()],
      [
        1,
        () => ({
          kind: 'chain',
          width: random.integer(2, 9),
          op: random.chance(0.5) ? 'and' : 'xor',
          a: this.#ref(),
        }),
      ],
      [2, () => this.#machine()],
      [this.earlier.length === 0 ? 0 : 6, () => this.#instance()],
    ]
    const [, make] =
      makers[
        weighted(
          random,
          makers.map(([weight]) => weight),
        )
      ]!
    return make()
  }

  #instance(): Step {
    const module = this.random.integer(0, this.earlier.length - 1)
    const leaves = this.earlier[module]!.inputs.flatMap(leavesOf)
    return { kind: 'instance', module, inputs: leaves.map(() => this.#ref()) }
  }

  #const(): Step {
    const type = this.#scalar()
    return { kind: 'const', type, value: this.#pattern(widthOf(type)) }
  }

  #rom(): Step {
    const { random } = this
    const width = pick(random, [1, 2, 3, 4, 7, 8, 12, 16, 33, 70])
    const words = random.integer(1, random.chance(0.3) ? 40 : 9)
    return {
      kind: 'rom',
      ...this.#name(),
      form: pick(random, romPolicyNames),
      width,
      words: Array.from({ length: words }, () => this.#pattern(width)),
      address: this.#ref(),
    }
  }

  #register(): RegisterStep {
    const type = this.#type(2)
    const leaves = leavesOf(type)
    return {
      kind: 'register',
      ...this.#name(),
      type,
      ...this.#optional('reset', 0.7, () => leaves.map((leaf) => this.#pattern(widthOf(leaf)))),
      ...this.#optional('enable', 0.3, () => this.#ref()),
      ...this.#optional('when', 0.3, () => this.#anywhere()),
      next: leaves.map(() => this.#anywhere()),
    }
  }

  #memory(): MemoryStep {
    const { random } = this
    const element = this.#type(1)
    const width = leavesOf(element).reduce((sum, leaf) => sum + widthOf(leaf), 0)
    return {
      kind: 'memory',
      ...this.#name(),
      element,
      depth: pick(random, [1, 2, 3, 4, 6, 8, 16, 17]),
      lanes: random.chance(0.5) ? 1 : random.integer(2, 8),
      ...this.#optional('init', 0.3, () =>
        Array.from({ length: random.integer(1, 5) }, () => this.#pattern(width)),
      ),
      reads: Array.from({ length: random.integer(1, 2) }, () => ({
        address: this.#ref(),
        ...this.#optional('enable', 0.3, () => this.#ref()),
      })),
      writes: Array.from({ length: random.integer(0, 2) }, () => ({
        address: this.#anywhere(),
        values: leavesOf(element).map(() => this.#anywhere()),
        ...this.#optional('enable', 0.6, () => this.#anywhere()),
        ...this.#optional('mask', 0.5, () => this.#anywhere()),
        ...this.#optional('when', 0.2, () => this.#anywhere()),
      })),
    }
  }

  #branches(): BranchesStep {
    const { random } = this
    const targets = Array.from({ length: random.integer(1, 4) }, () => ({
      ...this.#name(),
      type: this.#scalar(),
      isRegister: random.chance(0.35),
      value: this.#ref(),
    }))
    return { kind: 'branches', targets, body: [this.#branch(2)] }
  }

  #branch(depth: number): BranchRecipe {
    const { random } = this
    const block = () => this.#block(depth)
    const otherwise = this.#optional('otherwise', 0.5, block)
    if (random.chance(0.5)) {
      const branches = Array.from({ length: Math.max(1, random.integer(0, 3)) }, () => ({
        condition: this.#ref(),
        body: block(),
      }))
      return { kind: 'when', branches, ...otherwise }
    }
    const cases = Array.from({ length: random.integer(1, 6) }, () => ({
      values: Array.from({ length: random.integer(1, 3) }, () => random.integer(0, 9)),
      body: block(),
    }))
    return { kind: 'switch', subject: this.#ref(), cases, ...otherwise }
  }

  #block(depth: number): BlockRecipe {
    const { random } = this
    if (random.chance(0.2)) return { assigns: [] }
    const assigns = Array.from(
      { length: random.integer(0, 3) },
      () => [random.integer(0, 3), this.#ref()] as const,
    )
    return {
      assigns,
      ...(depth > 0 ? this.#optional('inner', 0.45, () => this.#branch(depth - 1)) : {}),
      ...(depth > 0 && random.chance(0.5) ? { innerFirst: true } : {}),
    }
  }

  #machine(): Step {
    const states = Array.from({ length: this.random.integer(2, 6) }, () => ({
      to: this.random.integer(0, 5),
      when: this.#anywhere(),
    }))
    return { kind: 'machine', ...this.#name(), states }
  }
}

/** Bits that are often all zeros, all ones, few or a single one. */
export function pattern(random: Random, width: number): bigint {
  const all = (1n << BigInt(width)) - 1n
  switch (weighted(random, [2, 2, 3, 2, 6])) {
    case 0:
      return 0n
    case 1:
      return all
    case 2:
      return BigInt(random.integer(0, 20)) & all
    case 3:
      return 1n << BigInt(random.integer(0, width - 1))
    default:
      return random.bits(width)
  }
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(0, items.length - 1)]!
}

/** An index, with probability proportional to its weight. */
function weighted(random: Random, weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let left = random.integer(0, total - 1)
  for (const [i, weight] of weights.entries()) {
    if (left < weight) return i
    left -= weight
  }
  return weights.length - 1
}
