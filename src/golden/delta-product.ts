import type { QuantizedUpdate } from '../quantize/index.js'
import { MatrixProduct, type ProductFormat } from './matrix-product.js'

/** What an adapter adds to the rows of one projection, `B align(A x)`; see docs/adapters.md. */
export class DeltaProduct {
  readonly #a: MatrixProduct
  readonly #b: MatrixProduct

  /** @param segments as those of the projection's own product */
  constructor(
    { a, b }: QuantizedUpdate,
    format: Pick<ProductFormat, 'mantissaBits' | 'columns'>,
    segments = 1,
  ) {
    const digitBits = 8
    this.#a = new MatrixProduct(a, { ...format, digitBits }, segments)
    this.#b = new MatrixProduct(b, { mantissaBits: format.mantissaBits, digitBits })
  }

  /** @returns `a`: `A x`, as many numbers as the chip's rank; `delta`: one for each row of the projection */
  times(x: Float32Array): { readonly a: Float32Array; readonly delta: Float32Array } {
    const a = this.#a.times(x)
    return { a, delta: this.#b.times(a) }
  }
}
