import { InputError } from '../../src/common/input-error.js'
import { columnLength } from '../../src/compiler/column-split.js'
import { type AdapterParameters, adapterName } from '../adapter/parameters.js'
import { type RomPolicy, romPolicyIdentifier } from '../rom/policy.js'

export interface VectorUnitParameters {
  /** Vector units, C, one for each column of the mesh. */
  readonly columns: number
  /** Vector units that share the heads of an H-Unit: a power of two that divides `columns`. */
  readonly headColumns: number
  /** The first vector unit alone has heads, all of them; takes `dealsTicks` and one of `headColumns`. */
  readonly headsInFirst: boolean
  /** Numbers of a beat of a vector unit, V: a power of two from 2 on that divides its share of a head, and the group. */
  readonly vectorLanes: number
  /** Results of the L array in a tick for a vector unit, U. */
  readonly results: number
  /** All results of a tick are for one vector unit, the units taking turns; otherwise U for each. */
  readonly dealsTicks: boolean
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
  /** The ROMs have signatures, of chips with a self-test (docs/self-test.md). */
  readonly selfTest?: true
  /** Adapters, if the chip can have any. */
  readonly adapter?: AdapterParameters
}

/** @throws InputError for values that cannot be built */
export function checkVectorUnitParameters(parameters: VectorUnitParameters): void {
  const { vectorLanes, results, resultBeats, width, heads, headSize, group } = parameters
  const { activationLanes, mantissaBits, columns, headColumns } = parameters
  const check = (field: keyof VectorUnitParameters, holds: boolean, hint: string) => {
    if (holds) return
    throw new InputError(`${parameters[field]} is not possible`, { field }, hint)
  }
  const fits = (headSize / headColumns) % vectorLanes === 0 && group % vectorLanes === 0
  const most = Math.max(results, vectorLanes)
  const sharesGroups = headColumns === 1 || headSize % (group * headColumns) === 0
  check(
    'headColumns',
    columns % headColumns === 0 && isPowerOfTwo(headColumns) && sharesGroups,
    'columns, a power of two of them, that share a head in whole groups',
  )
  check(
    'headsInFirst',
    !parameters.headsInFirst || (headColumns === 1 && parameters.dealsTicks),
    'ticks that are dealt, and heads that are not',
  )
  check(
    'vectorLanes',
    isPowerOfTwo(vectorLanes) && vectorLanes >= 2 && fits,
    'a power of two from 2 on that divides a share of a head, and the group',
  )
  check('results', Number.isInteger(results) && results >= 1, 'at least one')
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

/** Numbers of the residual stream, of a head, and of the hidden vector that a vector unit has. */
export function lengthsOf(parameters: VectorUnitParameters) {
  const { width, headSize, hidden, group, columns, headColumns } = parameters
  return {
    width: columnLength(width, group, columns),
    head: headSize / headColumns,
    hidden: columnLength(hidden, group, columns),
  }
}

/** The same in beats; those of the vocabulary are shared by all vector units. */
export function beatsOf(parameters: VectorUnitParameters) {
  const { vectorLanes, columns, headColumns, headsInFirst, heads, vocabulary } = parameters
  const { width, head, hidden } = lengthsOf(parameters)
  const hUnits = headsInFirst ? 1 : columns / headColumns
  return {
    width: Math.ceil(width / vectorLanes),
    head: head / vectorLanes,
    queries: ((heads / hUnits) * head) / vectorLanes,
    hidden: Math.ceil(hidden / vectorLanes),
    vocabulary: Math.ceil(vocabulary / (columns * vectorLanes)),
  }
}

/** Beats of the longest sweep. */
export function longestSweep(parameters: VectorUnitParameters): number {
  const { width, queries, hidden, vocabulary } = beatsOf(parameters)
  return Math.max(width, queries, 2 * hidden, vocabulary)
}

/** For module names: `c1_v8_u8_n64`, what of the parameters they are told apart by. */
export function vectorUnitName(parameters: VectorUnitParameters): string {
  const { columns, vectorLanes, results, width, hidden, vocabulary, rom } = parameters
  const adapter = parameters.adapter === undefined ? '' : `_${adapterName(parameters.adapter)}`
  const selfTest = parameters.selfTest ? '_st' : ''
  return `c${columns}_v${vectorLanes}_u${results}_n${width}_h${hidden}_t${vocabulary}_${romPolicyIdentifier(rom)}${adapter}${selfTest}`
}
