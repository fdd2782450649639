import type { ModelConfig } from '../model-config.js'

/**
 * Reorders the rows of a query or key matrix between the two conventions of rotary embedding. Rows that rotate
 * together are 2i and 2i + 1 of a head when `interleaved`, i and i + half a head when `half-split`.
 * @param matrix rows first, whole heads of `headSize` rows of `columns` numbers
 */
export function reorderedRows(
  matrix: Float32Array,
  columns: number,
  headSize: number,
  to: ModelConfig['ropePairs'],
): Float32Array {
  const result = new Float32Array(matrix.length)
  const half = headSize / 2
  for (let row = 0; row * columns < matrix.length; row++) {
    const head = row - (row % headSize)
    const within = row % headSize
    const interleaved = head + 2 * (within % half) + Math.floor(within / half)
    const [source, target] = to === 'interleaved' ? [row, interleaved] : [interleaved, row]
    result.set(matrix.subarray(source * columns, (source + 1) * columns), target * columns)
  }
  return result
}
