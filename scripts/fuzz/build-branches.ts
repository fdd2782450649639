import type { CircuitWriter } from './build.js'
import type { BlockRecipe, BranchesStep, BranchRecipe, TargetRecipe } from './recipe.js'
import { blockRefs, branchTargets } from './recipe-refs.js'
import { hardwareType, type Scalar } from './types.js'

type Assign = (value: Scalar) => void

/** Wires and registers with a default each, and one nest of branches over them. */
export function writeBranches(
  writer: CircuitWriter,
  { targets, body }: BranchesStep,
  label: string,
): readonly Scalar[] {
  const { m } = writer
  const signals = targets.map(({ name, type, isRegister }, i) => {
    const own = writer.name(name, `${label}_t${i}`)
    const signal = isRegister
      ? m.register(
          own,
          hardwareType(type),
          i % 2 === 0 ? { reset: type.kind === 'bool' ? false : 0 } : {},
        )
      : m.wire(own, hardwareType(type))
    m.unused(signal)
    return signal as unknown as Scalar & { assign: Assign; next: Assign }
  })
  const assign = (target: number, value: Scalar) => {
    const signal = signals[target]!
    if (targets[target]!.isRegister) signal.next(value)
    else signal.assign(value)
  }
  for (const [i, { type, value }] of targets.entries()) assign(i, writer.value(value, type))
  // More than one nest may overwrite another, which is a fault; the first one counts.
  if (body[0] !== undefined) writeBranch(writer, body[0], targets, assign)
  return signals
}

function writeBranch(
  writer: CircuitWriter,
  branch: BranchRecipe,
  targets: readonly TargetRecipe[],
  assign: (target: number, value: Scalar) => void,
): void {
  const { m } = writer
  const block = (body: BlockRecipe) => () => {
    const { inner, innerFirst = false } = body
    const done = new Set<number>()
    if (inner !== undefined && innerFirst) {
      for (const target of branchTargets(inner)) done.add(target % targets.length)
      writeBranch(writer, inner, targets, assign)
    }
    for (const [target, value] of body.assigns) {
      const number = target % targets.length
      if (done.has(number)) {
        writer.discard(value)
        continue
      }
      done.add(number)
      assign(number, writer.value(value, targets[number]!.type))
    }
    if (inner !== undefined && !innerFirst) writeBranch(writer, inner, targets, assign)
  }
  if (targets.length === 0) return
  if (branch.kind === 'when') {
    const [first, ...rest] = branch.branches
    if (first === undefined) return
    let chain = m.when(writer.condition(first.condition), block(first.body))
    for (const { condition, body } of rest) {
      chain = chain.elseWhen(writer.condition(condition), block(body))
    }
    if (branch.otherwise !== undefined) chain.otherwise(block(branch.otherwise))
    return
  }
  const subject = writer.unsigned(branch.subject)
  const taken = new Set<bigint>()
  m.switch(subject, (cases) => {
    for (const { values, body } of branch.cases) {
      const free = values
        .map((value) => BigInt.asUintN(subject.width, BigInt(value)))
        .filter((value, i, all) => all.indexOf(value) === i && !taken.has(value))
      for (const value of free) taken.add(value)
      if (free.length > 0) cases.is(free, block(body))
      else for (const ref of blockRefs(body)) writer.discard(ref)
    }
    if (branch.otherwise !== undefined) cases.otherwise(block(branch.otherwise))
  })
}
