import type { SignalNode } from '../../hdl/ir/module-node.js'
import { declaredFirst } from '../prettify/declared-first.js'
import * as sv from '../printable/expression.js'
import type { SvItem, SvSection, SvStatement } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import type { Lowering } from './lower.js'
import type { ModuleNets } from './nets.js'
import type { Renderer } from './render.js'
import type { Term } from './term.js'

export interface LoweredRegister {
  readonly signal: SignalNode
  readonly value: Net
  readonly next: Net
  /** Absent when the register loads in every cycle. */
  readonly enable: Term | undefined
}

export function lowerRegisters(
  signals: readonly SignalNode[],
  lowering: Lowering,
  nets: ModuleNets,
): LoweredRegister[] {
  return signals
    .filter(({ kind }) => kind === 'register')
    .map((signal) => {
      const enable = signal.register?.enable && lowering.lower(signal.register.enable)
      return {
        signal,
        value: nets.valueOf(signal),
        next: nets.targetOf(signal),
        enable: enable?.isConst && enable.value === 1n ? undefined : enable,
      }
    })
}

/** One `always_ff` for all registers with the same clock and reset. */
export function registerSections(
  registers: readonly LoweredRegister[],
  nets: ModuleNets,
  renderer: Renderer,
  wires: SvItem[],
): SvSection[] {
  const groups = new Map<string, LoweredRegister[]>()
  for (const register of registers) {
    const { clock, reset } = register.signal.register!
    const parts = [nets.valueOf(clock).name]
    if (reset !== undefined) {
      parts.push(nets.valueOf(reset.signal).name, reset.style, String(reset.activeLow))
    }
    const key = parts.join(' ')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [register])
    else group.push(register)
  }
  return [...groups.values()].map((group) => {
    wires.length = 0
    const { clock, reset } = group[0]!.signal.register!
    const body = loadStatements(group, nets, renderer)
    const sequential: SvItem = {
      kind: 'sequential',
      clock: nets.valueOf(clock),
      reset: reset && {
        net: nets.valueOf(reset.signal),
        style: reset.style,
        activeLow: reset.activeLow,
        body: group.map(({ signal, value: target }) => {
          const pattern = signal.register!.reset!.value
          const label = renderer.labels(target, pattern)
          const value = sv.literal(target.width, pattern, signal.signed, label)
          return { kind: 'assign', target, value, place: signal.place }
        }),
      },
      body,
    }
    return [...declaredFirst(wires), sequential]
  })
}

function loadStatements(
  group: readonly LoweredRegister[],
  nets: ModuleNets,
  renderer: Renderer,
): SvStatement[] {
  const body: SvStatement[] = []
  let open: { readonly enable: Term; readonly loads: SvStatement[] } | undefined
  for (const { signal, value: target, next, enable } of group) {
    const load: SvStatement = {
      kind: 'assign',
      target,
      value: sv.name(enable?.isConst ? target : next),
      place: signal.place,
    }
    if (enable === undefined || enable.isConst) {
      body.push(load)
      open = undefined
    } else if (open?.enable === enable) {
      open.loads.push(load)
    } else {
      renderer.startTarget(nets.stemOf(next))
      const condition = sv.name(renderer.net(enable, 'en'))
      open = { enable, loads: [load] }
      body.push({ kind: 'if', branches: [{ condition, body: open.loads }], otherwise: [] })
    }
  }
  return body
}
