import type { Activity } from '../../../compiler/activity.js'
import type { Schedule } from '../../../compiler/schedule.js'
import { activitiesAt } from '../../../compiler/timeline.js'
import type { ChipTiming } from '../../../compiler/timing.js'
import { type AlignedGroup, alignGroup } from '../../../golden/index.js'
import { type AlignedOperation, type AlignedPart, binary32Pattern, type Tap } from './tap.js'

/** Elements of a vector in the order in which a unit has them; `undefined` where it fills up. */
export type Elements = readonly (number | undefined)[]

/** A group of a vector on its way into an activation memory. */
export interface TappedGroup {
  readonly operation: AlignedOperation
  readonly layer: number
  readonly vector: Float32Array | Int32Array
  readonly elements: Elements
  /** The signal at a port of the activation memory. */
  readonly signal: (port: string) => string
  readonly mantissaBits: number
  /** Activations of a word of the memory. */
  readonly wordLanes: number
  /** The first cycle in which all of the group may be read. */
  readonly ready: number
}

type Place = Omit<Tap, 'bits' | 'numbers' | 'expected'>

const exponentBits = 8

/** Taps of a token at a position, and the cycles that the schedule has for them. */
export class TapList {
  readonly taps: Tap[] = []
  readonly #activities: ReadonlyMap<string, Activity>
  readonly #sweeps: ReadonlyMap<string, { readonly beats: number; readonly interval: number }>

  constructor(
    schedule: Schedule,
    private readonly timing: ChipTiming,
    position: number,
  ) {
    this.#activities = new Map(
      activitiesAt(schedule, position).map((activity) => [activity.name, activity]),
    )
    const names = new Map(schedule.activities.map(({ name, start }) => [start, name]))
    this.#sweeps = new Map(
      schedule.program.flatMap(({ cycle, action }) =>
        action.unit === 'vector' ? [[names.get(cycle)!, action] as const] : [],
      ),
    )
  }

  /** @throws RangeError for one that the schedule has not */
  activity(name: string): Activity {
    const activity = this.#activities.get(name)
    if (activity === undefined) throw new RangeError(`the schedule has no ${name}`)
    return activity
  }

  /** The cycle in which a beat of a vector sweep is issued. */
  issue(name: string, beat: number): number {
    const interval = this.#sweeps.get(name)?.interval ?? 1
    return this.activity(name).start + this.timing.vector.issue + beat * interval
  }

  /** The cycles in which all beats of a vector sweep are issued. */
  issues(name: string): number[] {
    const { beats = 0 } = this.#sweeps.get(name) ?? {}
    return Array.from({ length: beats }, (_, beat) => this.issue(name, beat))
  }

  add(tap: Tap): void {
    this.taps.push(tap)
  }

  number(place: Place, value: number): void {
    this.add({ ...place, bits: 32, numbers: 'binary32', expected: binary32Pattern(value) })
  }

  integer(
    place: Place & Pick<Tap, 'bits'>,
    value: number,
    numbers: 'signed' | 'unsigned' = 'signed',
  ): void {
    this.add({ ...place, numbers, expected: BigInt.asUintN(place.bits, BigInt(value)) })
  }

  /** The exponent of a group and its integers. */
  alignedGroup(group: TappedGroup): AlignedGroup {
    const { operation, layer, vector, elements, signal, mantissaBits, wordLanes, ready } = group
    const numbers = Float32Array.from(elements, (element) =>
      element === undefined ? 0 : vector[element]!,
    )
    const aligned = alignGroup(numbers, elements.length, mantissaBits)
    const part = (name: AlignedPart) => `${operation} ${name}` as const
    this.integer(
      {
        operation: part('exponent'),
        layer,
        element: elements[0] ?? 0,
        signal: signal('exponent'),
        lane: 0,
        bits: exponentBits,
        cycle: ready - 1,
      },
      aligned.exponent + 127,
      'unsigned',
    )
    const words = Math.ceil(elements.length / wordLanes)
    for (const [i, element] of elements.entries()) {
      if (element === undefined) continue
      this.integer(
        {
          operation: part('aligned'),
          layer,
          element,
          signal: signal('word'),
          lane: i % wordLanes,
          bits: mantissaBits,
          cycle: ready - words + Math.floor(i / wordLanes),
        },
        aligned.mantissas[i]!,
      )
    }
    return aligned
  }
}
