import type {
  BlockRecipe,
  BranchRecipe,
  ModuleRecipe,
  Ref,
  ScalarRecipe,
  Step,
  TypeRecipe,
} from './recipe.js'

/** The scalars of a type, in order. */
export function leavesOf(type: TypeRecipe): readonly ScalarRecipe[] {
  switch (type.kind) {
    case 'vec':
      return Array.from({ length: lengthOf(type) }, () => leavesOf(type.element)).flat()
    case 'bundle':
      return type.fields.flatMap(leavesOf)
    default:
      return [type]
  }
}

export function lengthOf({ length }: { readonly length: number }): number {
  return Math.max(1, length)
}

/** Bits of a scalar. */
export function widthOf(scalar: ScalarRecipe): number {
  return scalar.kind === 'bool' ? 1 : Math.max(1, scalar.width)
}

/** How many values a step makes; `outputsOf` gives the number of output leaves of an earlier module. */
export function valueCount(step: Step, outputsOf: (module: number) => number): number {
  switch (step.kind) {
    case 'register':
      return leavesOf(step.type).length
    case 'memory':
      return step.reads.length * leavesOf(step.element).length
    case 'branches':
      return step.targets.length
    case 'machine':
      return step.states.length === 0 ? 0 : 1 + step.states.length
    case 'instance':
      return outputsOf(step.module)
    default:
      return 1
  }
}

/** What a step reads: `early` from steps before it, `late` from any. */
export function refsOf(step: Step): {
  readonly early: readonly Ref[]
  readonly late: readonly Ref[]
} {
  const refs = (...early: (Ref | undefined)[]) => ({
    early: early.filter((ref) => ref !== undefined),
    late: [],
  })
  switch (step.kind) {
    case 'const':
      return refs()
    case 'binary':
      return refs(step.a, step.b)
    case 'shift':
      return refs(step.a, step.by)
    case 'bit':
      return refs(step.a, step.at)
    case 'select':
      return refs(...step.items, step.at)
    case 'cat':
      return refs(...step.parts)
    case 'mux':
      return refs(step.condition, step.a, step.b)
    case 'rom':
      return refs(step.address)
    case 'instance':
      return refs(...step.inputs)
    case 'machine':
      return { early: [], late: step.states.map(({ when }) => when) }
    case 'register': {
      const { next, when, enable } = step
      return { early: refs(enable).early, late: when === undefined ? next : [...next, when] }
    }
    case 'memory': {
      const early = step.reads.flatMap(({ address, enable }) => refs(address, enable).early)
      const late = step.writes.flatMap(
        ({ address, values, enable, mask, when }) =>
          refs(address, ...values, enable, mask, when).early,
      )
      return { early, late }
    }
    case 'branches':
      return refs(...step.targets.map(({ value }) => value), ...step.body.flatMap(branchRefs))
    default:
      return refs(step.a)
  }
}

function branchRefs(branch: BranchRecipe): readonly Ref[] {
  const otherwise = branch.otherwise === undefined ? [] : blockRefs(branch.otherwise)
  return branch.kind === 'when'
    ? [
        ...branch.branches.flatMap(({ condition, body }) => [condition, ...blockRefs(body)]),
        ...otherwise,
      ]
    : [branch.subject, ...branch.cases.flatMap(({ body }) => blockRefs(body)), ...otherwise]
}

/** Numbers of the targets that a nest may assign. */
export function branchTargets(branch: BranchRecipe): readonly number[] {
  const bodies = (branch.kind === 'when' ? branch.branches : branch.cases).map(({ body }) => body)
  return [...bodies, ...(branch.otherwise === undefined ? [] : [branch.otherwise])].flatMap(
    ({ assigns, inner }) => [
      ...assigns.map(([target]) => target),
      ...(inner === undefined ? [] : branchTargets(inner)),
    ],
  )
}

/** What a block reads. */
export function blockRefs({ assigns, inner }: BlockRecipe): readonly Ref[] {
  return [...assigns.map(([, value]) => value), ...(inner === undefined ? [] : branchRefs(inner))]
}

/** Which values of a module exist and which of them matter. */
export class ModuleValues {
  /** Values of each step, the inputs first. */
  readonly counts: readonly number[]
  readonly #live = new Set<number>()

  constructor(
    private readonly recipe: ModuleRecipe,
    outputsOf: (module: number) => number,
  ) {
    const inputs = recipe.inputs.flatMap(leavesOf).length
    this.counts = [inputs, ...recipe.steps.map((step) => valueCount(step, outputsOf))]
    this.#findLive()
  }

  /** Whether an output follows the step, so that it must be built. */
  isLive(step: number): boolean {
    return this.#live.has(step)
  }

  /** The value that a reference means, when steps from `end` on are not to be read. */
  resolve([step, value]: Ref, end: number): Ref | undefined {
    let at = step % end
    while (at > 0 && this.counts[at] === 0) at--
    const count = this.counts[at]!
    return count === 0 ? undefined : [at, value % count]
  }

  #findLive(): void {
    const all = this.counts.length
    const pending: number[] = []
    const read = (ref: Ref, end: number) => {
      const found = this.resolve(ref, end)
      if (found === undefined) return
      if (this.#live.has(found[0])) return
      this.#live.add(found[0])
      pending.push(found[0])
    }
    for (const { type, values } of this.recipe.outputs) {
      for (const [i] of leavesOf(type).entries()) read(values[i] ?? [0, 0], all)
    }
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (at === 0) continue
      const { early, late } = refsOf(this.recipe.steps[at - 1]!)
      for (const ref of early) read(ref, at)
      for (const ref of late) read(ref, all)
    }
  }
}

/** Scalars at the outputs of the module that an instance of this number holds; 0 when there is none. */
export function outputLeaves(earlier: readonly ModuleRecipe[], number: number): number {
  const module = earlier[number % Math.max(1, earlier.length)]
  return module === undefined ? 0 : module.outputs.flatMap(({ type }) => leavesOf(type)).length
}
