import { type Activity, criticalNeed } from './activity.js'
import type { Schedule } from './schedule.js'

/** Where the cycles of a wait go: to a unit's activity, or to what lies between two. */
export interface WaitStep {
  /** `layers.0.attention`, or `align unit`. */
  readonly what: string
  readonly cycles: number
}

/** From the last ROM word of one sweep of the L array to the last of the next; last of all, the choice of the token. */
export interface Phase {
  /** Its sweep: `layers.0.wo`; or `token`. */
  readonly name: string
  readonly start: number
  readonly cycles: number
  /** Cycles before the sweep starts. */
  readonly waits: number
  /** The chain of what the sweep waits for, in order of time; its cycles add up to `waits`. */
  readonly waitsFor: readonly WaitStep[]
  /** Cycles in which the ROM ports give a word, and their share of all. */
  readonly romCycles: number
  readonly romPortBusy: number
}

/** Where the cycles of a token go. */
export interface TokenReport {
  readonly position: number
  readonly cycles: number
  readonly romPortBusy: number
  /** Cycles a layer in which the ROM ports give no word, from the first sweep to that of the head. */
  readonly idleCyclesPerLayer: number
  /** They follow one another and fill the token. */
  readonly phases: readonly Phase[]
}

/** Phase by phase, what a token's cycles are spent on and waited for. */
export function tokenReport(schedule: Schedule, position = 0): TokenReport {
  const { activities } = schedule
  const byName = new Map(activities.map((activity) => [activity.name, activity]))
  const attentions = activities.filter(({ unit }) => unit === 'attention')
  const atPosition = (position * schedule.cyclesPerPosition) / attentions.length
  const phases: Phase[] = []
  let end = 0
  let reported = 0
  const add = (name: string, waitsAtStart: readonly WaitStep[], sweep?: Activity) => {
    const waitsFor = waitsAtStart.map(({ what, cycles }) =>
      byName.get(what)?.unit === 'attention'
        ? { what, cycles: cycles + atPosition }
        : { what, cycles },
    )
    const waits = waitsFor.reduce((sum, { cycles }) => sum + cycles, 0)
    const cycles = waits + (sweep === undefined ? 0 : sweep.end - sweep.start)
    const romCycles = sweep?.romCycles ?? 0
    const romPortBusy = romCycles / cycles
    phases.push({ name, start: reported, cycles, waits, waitsFor, romCycles, romPortBusy })
    reported += cycles
  }
  for (const sweep of activities) {
    if (sweep.unit !== 'sweep') continue
    add(sweep.name, chainOfWaits(sweep, end, byName), sweep)
    end = sweep.end
  }
  add('token', chainOfWaits(tokenOf(schedule), end, byName))
  const romCycles = phases.reduce((sum, phase) => sum + phase.romCycles, 0)
  const inLayers = phases.slice(0, -2)
  const idle = phases.slice(1, -1).reduce((sum, { waits }) => sum + waits, 0)
  const pauses = inLayers.reduce(
    (sum, phase) => sum + phase.cycles - phase.waits - phase.romCycles,
    0,
  )
  return {
    position,
    cycles: reported,
    romPortBusy: romCycles / reported,
    idleCyclesPerLayer: (idle + pauses) / attentions.length,
    phases,
  }
}

/** The end of the token as an activity: it needs the chosen token. */
function tokenOf({ activities, cycles }: Schedule): Pick<Activity, 'start' | 'needs'> {
  const { name: from, end: left } = activities.findLast(({ unit }) => unit === 'vector')!
  return {
    start: cycles,
    needs: [{ from, through: 'token choice', left, ready: cycles, start: cycles }],
  }
}

/** What the critical path from `since` to the start of an activity leads through. */
function chainOfWaits(
  activity: Pick<Activity, 'start' | 'needs'>,
  since: number,
  byName: ReadonlyMap<string, Activity>,
): WaitStep[] {
  const steps: WaitStep[] = []
  let until = activity.start
  const step = (what: string, from: number) => {
    const start = Math.max(since, Math.min(from, until))
    if (start < until) steps.unshift({ what, cycles: until - start })
    until = start
  }
  let need = criticalNeed(activity.needs)
  if (need !== undefined) step('program slot', Math.max(need.start, need.ready))
  while (need !== undefined && until > since) {
    step(need.through, need.left)
    const producer = byName.get(need.from)
    if (producer === undefined || producer.unit === 'sweep') break
    const before = criticalNeed(producer.needs)
    step(producer.name, before?.ready ?? since)
    need = before
  }
  if (until > since) step('start', since)
  return steps
}
