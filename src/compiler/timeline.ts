import type { Activity } from './activity.js'
import type { Schedule } from './schedule.js'
import { tokenReport, type WaitStep } from './token-report.js'

/** What part of the decoder something belongs to. */
export const phaseKinds = {
  embedding: 'embedding',
  kqv: 'key, query, value',
  attention: 'attention',
  wo: 'attention output',
  w13: 'gate and up (w1, w3)',
  w2: 'down (w2)',
  head: 'head',
} as const
export type PhaseKind = keyof typeof phaseKinds

/** Cycles `start` to `end - 1` of a unit. */
export interface Span {
  /** As in the schedule: `layers.0.wo`. */
  readonly name: string
  readonly start: number
  readonly end: number
  readonly phase: PhaseKind
}

/** A stretch in which the ROM ports stand idle, and what the next sweep waits for meanwhile. */
export interface Idle {
  readonly start: number
  readonly end: number
  readonly before: string
  readonly waitsFor: readonly WaitStep[]
}

export interface TimelineRow {
  readonly unit: string
  readonly label: string
  readonly spans: readonly Span[]
  /** Of the ROM ports only. */
  readonly idle?: readonly Idle[]
}

/** The controller's instructions. */
export interface Tick {
  readonly cycle: number
  readonly starts: string
}

/** Units over the cycles of one token. */
export interface Timeline {
  readonly position: number
  readonly cycles: number
  readonly romPortBusy: number
  /** Embedding, layers, head: they follow one another and fill the token. */
  readonly sections: readonly {
    readonly label: string
    readonly start: number
    readonly end: number
  }[]
  readonly rows: readonly TimelineRow[]
  readonly ticks: readonly Tick[]
  /** In which the controller counts the positions before the token's. */
  readonly counting: readonly { readonly start: number; readonly end: number }[]
}

/** The activities of a token at a position. */
export function activitiesAt(schedule: Schedule, position: number): Activity[] {
  const { extra, delayOf } = delays(schedule, position)
  return schedule.activities.map((activity) => {
    const { positions, issued } = activity
    const delay = delayOf(issued)
    return {
      ...activity,
      issued: issued + delay,
      start: activity.start + delay + (positions === 'delay' ? extra : 0),
      end: activity.end + delay + (positions === undefined ? 0 : extra),
    }
  })
}

/** By how much the positions before a token's delay an instruction, from its cycle at position 0. */
function delays({ program, cyclesPerPosition }: Schedule, position: number) {
  const waits = program.filter(({ action }) => action.unit === 'positions')
  const extra = (position * cyclesPerPosition) / waits.length
  const delayOf = (at: number) => extra * waits.filter(({ cycle }) => cycle < at).length
  return { extra, delayOf }
}

const rowsOfUnits: readonly {
  readonly unit: string
  readonly label: string
  readonly shows: (activity: Activity, operation: string) => boolean
}[] = [
  { unit: 'L array', label: 'ROM sweep', shows: ({ unit }) => unit === 'sweep' },
  { unit: 'L array', label: 'results', shows: ({ unit }) => unit === 'results' },
  ...(
    [
      ['residual + norm', ['embedding', 'attention residual', 'residual']],
      ['key, query, value', ['key', 'query', 'value']],
      ['SwiGLU', ['swiglu']],
      ['logits', ['logits']],
    ] as const
  ).map(([label, operations]) => ({
    unit: 'vector unit',
    label,
    shows: ({ unit }: Activity, operation: string) =>
      unit === 'vector' && (operations as readonly string[]).includes(operation),
  })),
  { unit: 'align unit', label: 'groups', shows: ({ unit }) => unit === 'align' },
  { unit: 'H-Unit', label: 'cache', shows: ({ unit }) => unit === 'cache' },
  { unit: 'H-Unit', label: 'scores', shows: ({ unit }) => unit === 'scores' },
  { unit: 'H-Unit', label: 'softmax', shows: ({ unit }) => unit === 'softmax' },
  { unit: 'H-Unit', label: 'mix', shows: ({ unit }) => unit === 'mix' },
  { unit: 'adapters', label: 'A sweep', shows: ({ unit }) => unit === 'adapter' },
]

/** What every unit does in every cycle of a token at a position. */
export function tokenTimeline(schedule: Schedule, position: number): Timeline {
  const report = tokenReport(schedule, position)
  const activities = activitiesAt(schedule, position)
  const hasAdapters = activities.some(({ unit }) => unit === 'adapter')
  const shown = rowsOfUnits.filter(({ unit }) => unit !== 'adapters' || hasAdapters)
  const rows = shown.map(({ unit, label, shows }) => ({
    unit,
    label,
    spans: activities.flatMap((activity) => {
      const { name, start, end } = activity
      return shows(activity, operationOf(name)) ? [{ name, start, end, phase: phaseOf(name) }] : []
    }),
    ...(label === 'ROM sweep' ? { idle: idleOf(report.phases) } : {}),
  }))
  const { extra, delayOf } = delays(schedule, position)
  return {
    position,
    cycles: report.cycles,
    romPortBusy: report.romPortBusy,
    sections: sectionsOf(activities, report.cycles),
    rows,
    ticks: schedule.program.map(({ cycle, action }) => ({
      cycle: cycle + delayOf(cycle),
      starts: action.unit === 'vector' ? action.operation : action.unit,
    })),
    counting: schedule.program.flatMap(({ cycle, action }) => {
      const start = cycle + delayOf(cycle) + 1
      return action.unit === 'positions' && extra > 0 ? [{ start, end: start + extra }] : []
    }),
  }
}

function idleOf(phases: ReturnType<typeof tokenReport>['phases']): Idle[] {
  return phases
    .filter(({ waits }) => waits > 0)
    .map(({ name, start, waits, waitsFor }) => ({
      start,
      end: start + waits,
      before: name,
      waitsFor,
    }))
}

/** A layer lasts from its first sweep to that of the next. */
function sectionsOf(activities: readonly Activity[], cycles: number): Timeline['sections'] {
  const starts = activities.flatMap(({ unit, name, start }) => {
    if (unit !== 'sweep') return []
    if (name === 'head') return [{ label: 'head', start }]
    return operationOf(name) === 'kqv' ? [{ label: `layer ${layerOf(name)}`, start }] : []
  })
  return [{ label: 'embedding', start: 0 }, ...starts].map(({ label, start }, i) => ({
    label,
    start,
    end: starts[i]?.start ?? cycles,
  }))
}

const layerName = /^layers\.(\d+)\./

function layerOf(name: string): string | undefined {
  return layerName.exec(name)?.[1]
}

/** `attention residual` of `layers.3.attention residual`. */
function operationOf(name: string): string {
  return name.replace(layerName, '')
}

const phasesOfOperations: readonly (readonly [RegExp, PhaseKind])[] = [
  [/^embedding/, 'embedding'],
  [/^attention residual|^wo/, 'wo'],
  [/^attention/, 'attention'],
  [/^(kqv|key|query|value)/, 'kqv'],
  [/^(w13|swiglu)/, 'w13'],
  [/^(w2|residual)/, 'w2'],
]

function phaseOf(name: string): PhaseKind {
  const operation = operationOf(name)
  return phasesOfOperations.find(([pattern]) => pattern.test(operation))?.[1] ?? 'head'
}
