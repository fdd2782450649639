import { z } from 'zod'

const count = z.number().int().nonnegative()

/** What synthesis makes of a ROM. */
const figures = z.object({
  cells: count,
  /** Transistors of generic gates in static CMOS, or square micrometres of the library's cells; before layout. */
  area: z.number().nonnegative(),
  areaPerBit: z.number().nonnegative(),
  /** Absent when the bits are no weights. */
  areaPerWeight: z.number().nonnegative().optional(),
  /** Gate equivalents: area over that of a two-input NAND. */
  nand2: z.number().nonnegative().optional(),
  /** Generic gates on the longest path. */
  levels: count.optional(),
  /** Picoseconds of the longest path by ABC, without wires; libraries only. */
  delay: z.number().nonnegative().optional(),
  /** Of Yosys and ABC, when the point was computed. */
  seconds: z.number().nonnegative(),
  /** The mapped netlist holds the contents at every address. */
  proved: z.boolean(),
})

export type Figures = z.infer<typeof figures>

const point = z.object({
  bank: z.string(),
  words: count,
  width: count,
  construction: z.string(),
  library: z.string(),
  /** Absent when synthesis did not end within the limit. */
  figures: figures.optional(),
})

export type Point = z.infer<typeof point>

const bank = z.object({
  name: z.string(),
  description: z.string(),
  words: count,
  width: count,
  bits: count,
  ones: count,
  weightBits: count.optional(),
  weights: count.optional(),
  /** SHA-256 of the contents. */
  hash: z.string(),
  /** Were its weights drawn independently with their frequencies here. */
  entropyBits: z.number().nonnegative(),
  /** Transistors of one-transistor cells alone: no decoder, no sense amplifier. */
  maskRomTransistors: count,
  /** Fewest transistors of generic gates for most contents of this entropy. */
  boundTransistors: count,
})

export type BankRow = z.infer<typeof bank>

const library = z.object({
  name: z.string(),
  file: z.string().optional(),
  unit: z.enum(['transistors', 'um2']),
  /** Area of the smallest two-input NAND; four transistors of generic gates. */
  nand2Area: z.number().positive().optional(),
})

export type LibraryRow = z.infer<typeof library>

const choice = z.object({
  library: z.string(),
  banks: count,
  /** Banks for which the costs choose the smallest construction of the study. */
  smallest: count,
  /** Area of what they choose above the smallest, as a fraction. */
  meanLoss: z.number().nonnegative(),
  largestLoss: z.number().nonnegative(),
  points: count,
  /** Of estimated areas, relative. */
  meanAreaError: z.number().nonnegative(),
  /** Points whose longest path is longer than estimated. */
  longerPaths: count,
})

export type ChoiceRow = z.infer<typeof choice>

/** The JSON of `romulus rom-study`. */
export const romStudyReport = z.object({
  yosys: z.string(),
  abcScript: z.string(),
  /** Seconds that a run of Yosys was given. */
  limit: z.number().positive(),
  libraries: z.array(library),
  constructions: z.array(z.string()),
  banks: z.array(bank),
  /** Bank by bank, construction by construction, library by library. */
  points: z.array(point),
  /** What `auto` would choose for these banks, by the libraries that have costs. */
  choices: z.array(choice),
})

export type RomStudyReport = z.infer<typeof romStudyReport>
