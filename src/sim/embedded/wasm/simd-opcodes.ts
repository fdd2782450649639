/**
 * Vector opcodes, after the prefix byte. Source: the binary format chapter of the specification,
 * https://webassembly.github.io/spec/core/binary/instructions.html#vector-instructions
 */
export const Simd = {
  load: 0,
  store: 11,
  const: 12,
  shuffle: 13,
  and: 78,
  or: 80,
  xor: 81,
  bitselect: 82,
  anyTrue: 83,
  i32x4DotI16x8S: 186,
} as const

/** Opcodes of one operation by lane bits; undefined where WebAssembly has none. */
export interface ByLaneBits {
  readonly 8: number | undefined
  readonly 16: number | undefined
  readonly 32: number | undefined
  readonly 64: number | undefined
}

const lanes = (i8?: number, i16?: number, i32?: number, i64?: number): ByLaneBits => ({
  8: i8,
  16: i16,
  32: i32,
  64: i64,
})

export const LaneOp = {
  splat: lanes(15, 16, 17, 18),
  loadSplat: lanes(7, 8, 9, 10),
  add: lanes(110, 142, 174, 206),
  sub: lanes(113, 145, 177, 209),
  mul: lanes(undefined, 149, 181, 213),
  neg: lanes(97, 129, 161, 193),
  shl: lanes(107, 139, 171, 203),
  shrS: lanes(108, 140, 172, 204),
  shrU: lanes(109, 141, 173, 205),
  eq: lanes(35, 45, 55, 214),
  ne: lanes(36, 46, 56, 215),
  ltS: lanes(37, 47, 57, 216),
  ltU: lanes(38, 48, 58),
  leS: lanes(41, 51, 61, 218),
  leU: lanes(42, 52, 62),
  gtS: lanes(39, 49, 59, 217),
} as const

/** From lanes of these bits to lanes of twice the bits, of the low or high half of a vector. */
export const Extend = {
  lowS: lanes(135, 167, 199),
  highS: lanes(136, 168, 200),
  lowU: lanes(137, 169, 201),
  highU: lanes(138, 170, 202),
} as const

/** From two vectors with lanes of these bits to lanes of half the bits; saturates. */
export const Narrow = {
  signed: lanes(undefined, 101, 133),
  unsigned: lanes(undefined, 102, 134),
} as const

/** Products of lanes of half these bits, of the low or high half of two vectors. */
export const ExtendingMultiply = {
  lowS: lanes(undefined, 156, 188, 220),
  highS: lanes(undefined, 157, 189, 221),
  lowU: lanes(undefined, 158, 190, 222),
  highU: lanes(undefined, 159, 191, 223),
} as const
