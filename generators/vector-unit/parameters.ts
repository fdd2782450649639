import { InputError } from '../../src/common/input-error.js'
import { type RomPolicy, romPolicyIdentifier } from '../rom/policy.js'

export interface VectorUnitParameters {
  /** Numbers of a beat, V: a power of two from 2 on that divides head size and group. */
  readonly vectorLanes: number
  /** Results of the L array in a tick, U; one of U and V divides the other. */
  readonly results: number
  /** Beats of the result memory, a power of two. */
  readonly resultBeats: number
  /** The model's width, `heads * headSize`. */
  readonly width: number
  readonly hidden: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  readonly layers: number
  readonly vocabulary: number
  /** Positions that have a rotation. */
  readonly positions: number
  readonly ropeBase: number
  readonly epsilon: number
  /** Activations that share an exponent, G. */
  readonly group: 32 | 64 | 128
  /** Bits of an aligned activation, M; 10 to 16. */
  readonly mantissaBits: number
  /** Activations that the L-Units read at a time; divides the group. */
  readonly activationLanes: number
  readonly rom: RomPolicy
}

/** @throws InputError for values that cannot be built */
export function checkVectorUnitParameters(parameters: VectorUnitParameters): void {
  const { vectorLanes, results, resultBeats, width, heads, headSize, group } = parameters
  const { activationLanes, mantissaBits } = parameters
  const check = (field: keyof VectorUnitParameters, holds: boolean, hint: string) => {
    if (holds) return
    throw new InputError(`${parameters[field]} is not possible`, { field }, hint)
  }
  const fits = headSize % vectorLanes === 0 && group % vectorLanes === 0
  const most = Math.max(results, vectorLanes)
  check(
    'vectorLanes',
    isPowerOfTwo(vectorLanes) && vectorLanes >= 2 && fits,
    'a power of two from 2 on that divides head size and group',
  )
  check(
    'results',
    isPowerOfTwo(results) && most % Math.min(results, vectorLanes) === 0,
    'a power of two',
  )
  check(
    'resultBeats',
    isPowerOfTwo(resultBeats) && resultBeats * vectorLanes >= 2 * most,
    'a power of two, two ticks and two beats at least',
  )
  check('width', width === heads * headSize, `${heads} heads of ${headSize}`)
  check('activationLanes', group % activationLanes === 0, `a divisor of the group, ${group}`)
  check('mantissaBits', mantissaBits >= 10 && mantissaBits <= 16, '10 to 16')
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && Number.isInteger(Math.log2(value))
}

/** Beats of the residual stream, of a head, and of the hidden vector. */
export function beatsOf({ width, headSize, hidden, vectorLanes }: VectorUnitParameters) {
  return {
    width: width / vectorLanes,
    head: headSize / vectorLanes,
    hidden: Math.ceil(hidden / vectorLanes),
  }
}

/** Beats of the longest sweep. */
export function longestSweep(parameters: VectorUnitParameters): number {
  const { vocabulary, vectorLanes } = parameters
  const { width, hidden } = beatsOf(parameters)
  return Math.max(width, 2 * hidden, Math.ceil(vocabulary / vectorLanes))
}

/** For module names: `v8_u8_n64`, what of the parameters they are told apart by. */
export function vectorUnitName(parameters: VectorUnitParameters): string {
  const { vectorLanes, results, width, hidden, vocabulary, rom } = parameters
  return `v${vectorLanes}_u${results}_n${width}_h${hidden}_t${vocabulary}_${romPolicyIdentifier(rom)}`
}
