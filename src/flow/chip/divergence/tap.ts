import type { OperationName } from '../../../golden/index.js'

/** The vectors that are aligned. */
export type AlignedOperation =
  | 'norm'
  | 'attention norm'
  | 'mix'
  | 'feed-forward norm'
  | 'hidden'
  | Extract<OperationName, `${string} a`>
export type AlignedPart = 'exponent' | 'aligned' | 'sum'

/** What can differ, by its name in docs/arithmetic.md: a golden operation's vector, or what is made of it at once. */
export type TappedOperation =
  | OperationName
  | `${AlignedOperation} ${AlignedPart}`
  | `cached ${'key' | 'value'}`

/** How the bits of a number are read. */
export type Numbers = 'binary32' | 'signed' | 'unsigned'

/** A number at an internal signal of the chip, and what it must be. */
export interface Tap {
  readonly operation: TappedOperation
  /** -1 outside the layers. */
  readonly layer: number
  /** Number within the golden vector. */
  readonly element: number
  /** Hierarchical name of the signal. */
  readonly signal: string
  /** Lane of the signal, and its bits. */
  readonly lane: number
  readonly bits: number
  readonly numbers: Numbers
  /** Cycle of the program. */
  readonly cycle: number
  /** As an unsigned number of `bits` bits. */
  readonly expected: bigint
}

const float = new Float32Array(1)
const pattern = new Uint32Array(float.buffer)

export function binary32Pattern(value: number): bigint {
  float[0] = value
  return BigInt(pattern[0]!)
}

/** What a pattern stands for. */
export function numberOf(value: bigint, bits: number, numbers: Numbers): number {
  if (numbers === 'signed') return Number(BigInt.asIntN(bits, value))
  if (numbers === 'unsigned') return Number(value)
  pattern[0] = Number(value)
  return float[0]!
}
