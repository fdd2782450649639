import type { AttributeNode } from '../../hdl/ir/module-node.js'
import type { Place } from '../../hdl/place.js'

/** A declared vector of the emitted module: `logic signed [width-1:0] name`. */
export interface Net {
  readonly name: string
  /** Bits, at least 1. */
  readonly width: number
  readonly signed: boolean
  readonly place: Place | undefined
  readonly attributes: readonly AttributeNode[]
}
