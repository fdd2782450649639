import { type Adapter, type LowRankUpdate, type Projection, roleName } from '../checkpoint/index.js'
import { InputError } from '../common/input-error.js'
import type { GroupSize, QuantizedMatrix } from './quantized-matrix.js'
import { symmetricMatrix } from './symmetric-matrix.js'

/** Ranks that a chip may have for its adapters. */
export type AdapterRank = 8 | 16 | 32 | 64 | 128

export const adapterRankChoices: readonly AdapterRank[] = [8, 16, 32, 64, 128]

/** `B (A x)` in the chip's numbers: 8-bit codes of 1 to 255 with all zero-points 128, scales not negative. */
export interface QuantizedUpdate {
  /** A: [rank, inputs], in groups like the model's matrices. */
  readonly a: QuantizedMatrix
  /** B, multiplied by the adapter's scale: [outputs, rank], one group a row. */
  readonly b: QuantizedMatrix<AdapterRank>
}

/** An adapter in the chip's numbers, filled up with zeros to the chip's rank; see docs/adapters.md. */
export interface ChipAdapter {
  readonly rank: AdapterRank
  /** One for each layer of the model, with the projections that the adapter changes. */
  readonly layers: readonly Readonly<Partial<Record<Projection, QuantizedUpdate>>>[]
}

export interface AdapterFormat {
  /** The chip's rank; an adapter may have less. */
  readonly rank: AdapterRank
  /** Inputs of A that share a scale. */
  readonly group: GroupSize
}

/**
 * Quantises an adapter for a chip.
 * @throws InputError naming the file, layer and projection, for a rank above the chip's and for weights that need a scale
 * beyond binary16
 */
export function quantizeAdapter(adapter: Adapter, format: AdapterFormat): ChipAdapter {
  const layers = adapter.layers.map((updates, layer) => {
    const entries = Object.entries(updates) as [Projection, LowRankUpdate][]
    return Object.fromEntries(
      entries.map(([kind, update]) => {
        const location = { file: adapter.path, field: roleName({ kind, layer }) }
        return [kind, quantizedUpdate(update, format, location)]
      }),
    )
  })
  return { rank: format.rank, layers }
}

function quantizedUpdate(
  { rank, scale, a, b }: LowRankUpdate,
  format: AdapterFormat,
  location: { readonly file: string; readonly field: string },
): QuantizedUpdate {
  if (rank > format.rank) {
    throw new InputError(`its rank is ${rank}, that of the chip ${format.rank}`, location)
  }
  const inputs = a.length / rank
  const outputs = b.length / rank
  const rows = new Float32Array(format.rank * inputs)
  rows.set(a)
  const columns = new Float32Array(outputs * format.rank)
  for (const [i, value] of b.entries()) {
    columns[Math.floor(i / rank) * format.rank + (i % rank)] = scale * value
  }
  const of = (side: 'A' | 'B') => ({ ...location, field: `${location.field}, ${side}` })
  return {
    a: symmetricMatrix(rows, inputs, format.group, of('A')),
    b: symmetricMatrix(columns, format.rank, format.rank, of('B')),
  }
}
