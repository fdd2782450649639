import Table from 'cli-table3'
import type { Phase, TokenReport } from '../compiler/token-report.js'

/** The phases of a token as a table; layers that are alike share a row. */
export function phaseTable({ phases }: TokenReport): string {
  const table = new Table({
    head: ['phase', 'cycles', 'ROM ports busy', 'waits', 'for'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'left'],
  })
  for (const { names, phase } of alike(phases)) {
    table.push([
      names,
      phase.cycles,
      `${(100 * phase.romPortBusy).toFixed(1)} %`,
      phase.waits,
      phase.waitsFor.map(({ what, cycles }) => `${ofLayer(what)} ${cycles}`).join(', '),
    ])
  }
  return `${table.toString()}\n`
}

interface Row {
  readonly names: string
  readonly phase: Phase
}

/** Phases of the same kind with the same cycles and waits, in the order of their first. */
function alike(phases: readonly Phase[]): Row[] {
  const groups = new Map<string, { readonly phase: Phase; readonly layers: number[] }>()
  for (const phase of phases) {
    const waits = phase.waitsFor.map(({ what, cycles }) => [ofLayer(what), cycles])
    const key = JSON.stringify([ofLayer(phase.name), phase.cycles, phase.romCycles, waits])
    const group = groups.get(key) ?? { phase, layers: [] }
    groups.set(key, group)
    const layer = layerOf(phase.name)
    if (layer !== undefined) group.layers.push(layer)
  }
  return [...groups.values()].map(({ phase, layers }) => ({
    phase,
    names:
      layers.length === 0
        ? phase.name
        : `${ofLayer(phase.name)}, layer${layers.length > 1 ? 's' : ''} ${ranges(layers)}`,
  }))
}

/** `0, 2-4` */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = []
  for (const number of numbers) {
    const last = parts.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else parts.push([number, number])
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}

const layerName = /^layers\.(\d+)\./

function ofLayer(name: string): string {
  return name.replace(layerName, '')
}

function layerOf(name: string): number | undefined {
  const match = layerName.exec(name)
  return match === null ? undefined : Number(match[1])
}
