import type { RomBank } from '../rom-choice/choose-roms.js'
import type { ChipContents } from './build-chip.js'

/** The ROMs of a chip that have its policy, by the names that people know them by. */
export function chipBanks({ roms, vectorContents }: ChipContents): RomBank[] {
  const columnName = (column: number) => (roms.length > 1 ? `column ${column}: ` : '')
  return [
    ...roms.flatMap((units, column) =>
      units.flatMap(({ codes, scales }, unit) => [
        { name: `${columnName(column)}codes of L-Unit ${unit}`, contents: codes },
        { name: `${columnName(column)}scales of L-Unit ${unit}`, contents: scales },
      ]),
    ),
    ...vectorContents.flatMap(
      ({ embeddingCodes, embeddingScales, normWeights, rotations }, column) => [
        { name: `${columnName(column)}codes of the embedding`, contents: embeddingCodes },
        { name: `${columnName(column)}scales of the embedding`, contents: embeddingScales },
        { name: `${columnName(column)}weights of the norms`, contents: normWeights },
        { name: `${columnName(column)}rotations`, contents: rotations },
      ],
    ),
  ]
}
