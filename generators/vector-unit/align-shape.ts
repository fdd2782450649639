import { rangeOfRepeatedSum, signedWidth, symmetricOfWidth } from '../common/signed-range.js'

export interface AlignParameters {
  readonly vectorLanes: number
  readonly activationLanes: number
  readonly group: number
  readonly mantissaBits: number
  readonly width: number
  readonly hidden: number
  /** Adapters read the activations too. */
  readonly hasAdapterReader?: boolean
}

/** Sizes of the align unit and of the activation memory. */
export function alignShape(parameters: AlignParameters) {
  const { vectorLanes, activationLanes, group, mantissaBits, width, hidden } = parameters
  const columns = Math.max(width, hidden)
  const wordLanes = Math.max(vectorLanes, activationLanes)
  return {
    vectorLanes,
    /** Activations of a word of the activation memory. */
    wordLanes,
    beatsOfGroup: group / vectorLanes,
    wordsOfGroup: group / wordLanes,
    beatsOfWord: wordLanes / vectorLanes,
    readsOfWord: wordLanes / activationLanes,
    groups: Math.ceil(columns / group),
    words: Math.ceil(columns / wordLanes),
    reads: Math.ceil(columns / activationLanes),
    sumBits: signedWidth(rangeOfRepeatedSum(group, symmetricOfWidth(mantissaBits))),
  } as const
}

/** For module names. */
export function alignName(parameters: AlignParameters): string {
  const { vectorLanes, activationLanes, group, mantissaBits, width, hidden } = parameters
  const readers = parameters.hasAdapterReader === true ? '_adapter' : ''
  return `v${vectorLanes}_l${activationLanes}_g${group}_m${mantissaBits}_n${Math.max(width, hidden)}${readers}`
}
