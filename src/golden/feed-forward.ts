import { round32 } from './binary32.js'
import { multiply } from './binary32-operations.js'
import { sigmoid } from './tabulated.js'

/** SwiGLU: `silu(gate) * up` (Shazeer, arXiv 2002.05202). */
export function swiglu(gate: Float32Array, up: Float32Array): Float32Array {
  return gate.map((g, i) => multiply(round32(g * sigmoid(g) * 2 ** -24), up[i]!))
}
