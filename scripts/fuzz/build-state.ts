import { type Bool, type HardwareType, RomContents, type UInt } from '../../src/hdl/index.js'
import { addressWidth, type CircuitWriter } from './build.js'
import type { MachineStep, MemoryStep, RegisterStep } from './recipe.js'
import { leavesOf, widthOf } from './recipe-refs.js'
import { composed, hardwareType, numberOf, type Scalar, scalarsOf } from './types.js'

interface Clocked {
  next(value: unknown): void
}

export function writeRegister(
  writer: CircuitWriter,
  { name, type, reset, enable, next, when }: RegisterStep,
  label: string,
): readonly Scalar[] {
  const { m } = writer
  const leaves = leavesOf(type)
  const isScalar = leaves.length === 1 && type.kind !== 'vec' && type.kind !== 'bundle'
  const values = leaves.map((leaf, i) => numberOf(leaf, reset?.[i] ?? '0'))
  const register = m.register(
    writer.name(isScalar ? name : undefined, isScalar ? label : `${label}v`),
    hardwareType(type),
    {
      ...(reset === undefined ? {} : { reset: composed(type, values) }),
      ...(enable === undefined ? {} : { enable: writer.condition(enable) }),
    },
  )
  m.unused(register)
  writer.later(() => {
    const assign = () => {
      const operands = leaves.map((leaf, i) => writer.value(next[i], leaf))
      ;(register as unknown as Clocked).next(composed(type, operands))
    }
    if (when === undefined) assign()
    else m.when(writer.condition(when), assign)
  })
  return scalarsOf(type, register)
}

export function writeMemory(
  writer: CircuitWriter,
  { name, element, depth, lanes, init, reads, writes }: MemoryStep,
  label: string,
): readonly Scalar[] {
  const { m } = writer
  const type = hardwareType(element)
  const { width } = type
  const words = Math.max(1, depth)
  const laneCount = divisorBelow(width, lanes)
  const contents = init ?? (writes.length === 0 ? ['1'] : undefined)
  const memory = m.memory(writer.name(name, label), type, {
    depth: words,
    laneWidth: width / laneCount,
    ...(contents === undefined ? {} : { init: memoryContents(width, words, contents) }),
  })
  const address = addressWidth(words)
  const values = reads.flatMap((read, i) => {
    const value = memory.read(`${label}_read${i}`, writer.unsigned(read.address, address), {
      ...(read.enable === undefined ? {} : { enable: writer.varying(read.enable) }),
    })
    return scalarsOf(element, value)
  })
  for (const value of values) m.unused(value)
  writer.later(() => {
    for (const { address: at, values: refs, enable, mask, when } of writes) {
      const write = () => {
        const leaves = leavesOf(element).map((leaf, i) => writer.value(refs[i], leaf))
        memory.write(writer.unsigned(at, address), composed(element, leaves) as never, {
          ...(enable === undefined ? {} : { enable: writer.varying(enable) }),
          ...(mask === undefined ? {} : { mask: writer.varyingMask(mask, laneCount) }),
        })
      }
      if (when === undefined) write()
      else m.when(writer.varying(when), write)
    }
  })
  return values
}

function memoryContents(width: number, depth: number, words: readonly string[]): RomContents {
  const type = { kind: 'uint', width } as const
  const numbers = Array.from(
    { length: depth },
    (_, at) => numberOf(type, words[at % words.length] ?? '0') as bigint,
  )
  return RomContents.fromWords(widthOf(type), numbers)
}

function divisorBelow(width: number, wanted: number): number {
  let lanes = Math.max(1, Math.min(width, wanted))
  while (width % lanes !== 0) lanes--
  return lanes
}

/** The values are the state and, for each state, whether the machine is in it. */
export function writeMachine(
  writer: CircuitWriter,
  { name, states }: MachineStep,
  label: string,
): readonly Scalar[] {
  const { m } = writer
  if (states.length === 0) return []
  const names = states.map((_, i) => `state${i}`)
  const machine = m.stateMachine(writer.name(name, label), names, { initial: names[0]! })
  m.unused(machine.state)
  const isIn: Bool[] = names.map((state) => machine.is(state))
  writer.later(() => {
    const bodies = states.map(({ to, when }, i) => () => {
      m.when(writer.condition(when), () => machine.goto(names[to % names.length]!)).otherwise(() =>
        machine.goto(names[(i + 1) % names.length]!),
      )
    })
    machine.define(Object.fromEntries(names.map((state, i) => [state, bodies[i]!])))
  })
  return [machine.state as HardwareType<UInt>['signal'], ...isIn]
}
