import type { CircuitRecipe, ModuleRecipe, Ref } from './recipe.js'
import { ModuleValues, outputLeaves } from './recipe-refs.js'

export interface MinimiseOptions {
  /** Tries at most. */
  readonly budget: number
  readonly onProgress?: (steps: number, tries: number) => void
}

/**
 * A smaller circuit for which `fails` still holds: steps, modules, ports, branches and options are taken away
 * and numbers lowered, the boldest first, until nothing can go or the budget is spent.
 */
export async function minimise(
  recipe: CircuitRecipe,
  fails: (candidate: CircuitRecipe) => Promise<boolean>,
  { budget, onProgress }: MinimiseOptions,
): Promise<CircuitRecipe> {
  let smallest = recipe
  let tries = 0
  const seen = new Set<string>()
  for (let hasShrunk = true; hasShrunk; ) {
    hasShrunk = false
    let list = [...candidates(smallest)]
    // After a success the simpler circuit is tried from the same place on, not from the start.
    for (let i = 0; i < list.length; i++) {
      const candidate = list[i]!
      const text = JSON.stringify(candidate)
      if (seen.has(text)) continue
      seen.add(text)
      if (++tries > budget) return smallest
      if (!(await fails(candidate))) continue
      smallest = candidate
      hasShrunk = true
      onProgress?.(stepCount(smallest), tries)
      list = [...candidates(smallest)]
      i--
    }
  }
  return smallest
}

/** Steps of all modules. */
export function stepCount({ modules }: CircuitRecipe): number {
  return modules.reduce((sum, { steps }) => sum + steps.length, 0)
}

/** Simpler recipes, the boldest first. */
function* candidates(recipe: CircuitRecipe): Generator<CircuitRecipe> {
  const { modules } = recipe
  yield { ...recipe, modules: modules.map((module, i) => withoutDead(module, modules.slice(0, i))) }
  for (const [i] of modules.entries()) {
    if (modules.length > 1) yield { ...recipe, modules: modules.filter((_, k) => k !== i) }
  }
  for (const [i, module] of modules.entries()) {
    for (const smaller of withoutSteps(module)) yield withModule(recipe, i, smaller)
    for (const smaller of withoutOutputs(module)) yield withModule(recipe, i, smaller)
  }
  if (recipe.reset !== undefined) yield { modules }
  yield* lowered(modules, 'modules').map((changed) => ({
    ...recipe,
    modules: changed as readonly ModuleRecipe[],
  }))
}

function withModule(recipe: CircuitRecipe, i: number, module: ModuleRecipe): CircuitRecipe {
  return { ...recipe, modules: recipe.modules.map((own, k) => (k === i ? module : own)) }
}

/** Without the steps that no output follows. */
function withoutDead(module: ModuleRecipe, earlier: readonly ModuleRecipe[]): ModuleRecipe {
  const values = new ModuleValues(module, (number) => outputLeaves(earlier, number))
  let smaller = module
  for (let step = module.steps.length; step >= 1; step--) {
    if (!values.isLive(step)) smaller = withoutStep(smaller, step)
  }
  return smaller
}

/** Runs of steps taken away, the longest first. */
function* withoutSteps(module: ModuleRecipe): Generator<ModuleRecipe> {
  const { length } = module.steps
  for (let run = length; run >= 1; run = Math.floor(run / 2)) {
    for (let first = length - run; first >= 0; first -= run) {
      let smaller = module
      for (let step = first + run; step > first; step--) smaller = withoutStep(smaller, step)
      yield smaller
    }
  }
}

/** The module without one step, counted from 1; what read it reads the step's first operand. */
function withoutStep({ inputs, steps, outputs }: ModuleRecipe, step: number): ModuleRecipe {
  const heir = firstRef(steps[step - 1]) ?? [0, 0]
  const moved = ([at, value]: Ref): Ref => {
    if (at === step) return heir[0] < step ? heir : [0, 0]
    return at > step ? [at - 1, value] : [at, value]
  }
  return {
    inputs,
    steps: mapRefs(
      steps.filter((_, i) => i !== step - 1),
      moved,
    ),
    outputs: mapRefs(outputs, moved),
  }
}

function* withoutOutputs(module: ModuleRecipe): Generator<ModuleRecipe> {
  for (const [i] of module.outputs.entries()) {
    if (module.outputs.length === 1) return
    yield { ...module, outputs: [module.outputs[i]!] }
  }
}

/** An array of two numbers, unless it is a list of numbers by its key. */
function isRef(value: unknown, key: string): value is Ref {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'number' &&
    typeof value[1] === 'number' &&
    key !== 'values'
  )
}

function mapRefs<T>(value: T, change: (ref: Ref) => Ref, key = ''): T {
  if (isRef(value, key)) return change(value) as T
  if (Array.isArray(value)) return value.map((inner) => mapRefs(inner, change)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, mapRefs(inner, change, name)])
  return Object.fromEntries(entries) as T
}

function firstRef(value: unknown, key = ''): Ref | undefined {
  if (isRef(value, key)) return value
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found = firstRef(inner, Array.isArray(value) ? '' : name)
    if (found !== undefined) return found
  }
  return undefined
}

const optionalKeys: ReadonlySet<string> = new Set([
  'name',
  'reset',
  'enable',
  'when',
  'mask',
  'init',
  'inner',
  'otherwise',
])

/** Every value with one part of it taken away or lowered. */
function lowered(value: unknown, key: string): unknown[] {
  if (typeof value === 'number') return lowerNumbers(value)
  if (typeof value === 'string') return lowerText(value, key)
  if (isRef(value, key)) return lowerRef(value)
  if (Array.isArray(value)) {
    const shorter = value.map((_, i) => value.filter((__, k) => k !== i))
    const simpler = value.flatMap((inner, i) =>
      lowered(inner, '').map((smaller) => value.map((own, k) => (k === i ? smaller : own))),
    )
    return [...shorter, ...simpler]
  }
  if (typeof value !== 'object' || value === null) return []
  const entries = Object.entries(value)
  const without = entries
    .filter(([name]) => optionalKeys.has(name))
    .map(([name]) => Object.fromEntries(entries.filter(([other]) => other !== name)))
  const simpler = entries.flatMap(([name, inner]) =>
    lowered(inner, name).map((smaller) => ({ ...value, [name]: smaller })),
  )
  return [...without, ...simpler]
}

function lowerNumbers(value: number): number[] {
  return [...new Set([0, 1, Math.floor(value / 2), value - 1])].filter(
    (lower) => lower >= 0 && lower < value,
  )
}

function lowerRef([step, value]: Ref): Ref[] {
  const inputs: Ref[] = step > 0 ? [[0, 0]] : []
  return [...inputs, ...lowerNumbers(value).map((lower): Ref => [step, lower])]
}

/** Bit patterns become zero, one or half as long; ROM forms become tables. */
function lowerText(text: string, key: string): string[] {
  if (key === 'form') return text === 'table' ? [] : ['table']
  if (key !== '' && key !== 'value') return []
  if (!/^[0-9a-f]+$/.test(text) || text === '0') return []
  const shorter = text.length > 1 ? [text.slice(Math.floor(text.length / 2))] : []
  const simple = text === '1' ? ['0'] : ['0', '1']
  return [...simple, ...shorter].filter((lower) => lower !== text)
}
