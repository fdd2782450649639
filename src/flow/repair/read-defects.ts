import { z } from 'zod'
import { parseSettings, readJsonFile } from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'

const LARGEST_FILE = 2 ** 26

const number = z.int().nonnegative()
const bitValue = z.union([z.literal(0), z.literal(1)], { error: 'is neither 0 nor 1' })

const schema = z.strictObject({
  weights: z
    .array(z.strictObject({ tensor: z.string(), row: number, column: number, code: number }))
    .default([]),
  bits: z
    .array(
      z.strictObject({
        tensor: z.string(),
        row: number,
        column: number,
        bit: number,
        value: bitValue,
      }),
    )
    .default([]),
  romBits: z
    .array(
      z.strictObject({
        meshColumn: number,
        lUnit: number,
        address: number,
        bit: number,
        value: bitValue,
      }),
    )
    .default([]),
})

/**
 * What the ROMs hold instead of what they should. Rows and columns are those of the checkpoint's matrix; bit 0 is the lowest,
 * of a weight's code or of a word of an L-Unit's code ROM; L-Units are counted within a column of the mesh. Weights come
 * before bits, and these before bits of ROMs, when several are the same.
 */
export type DefectList = z.output<typeof schema>

/** Reads a file of defects. @throws InputError naming list, number (from 0) and field of the first entry at fault */
export async function readDefects(file: string): Promise<DefectList> {
  const defects = parseSettings(schema, await readJsonFile(file, LARGEST_FILE), file)
  if (defects.weights.length + defects.bits.length + defects.romBits.length === 0) {
    throw new InputError('names no defects', { file }, 'weights, bits or romBits')
  }
  return defects
}
