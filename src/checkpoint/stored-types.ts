/** How a file stores the values of a tensor: in blocks of `blockBytes` bytes that hold `blockValues` values each. */
export interface StoredType {
  readonly name: string
  readonly blockValues: number
  readonly blockBytes: number
}

function storedType(name: string, blockValues: number, blockBytes: number): StoredType {
  return { name, blockValues, blockBytes }
}

const F32 = storedType('F32', 1, 4)
const F16 = storedType('F16', 1, 2)
const BF16 = storedType('BF16', 1, 2)

/**
 * Tensor types of GGUF files by number.
 * Source: `enum ggml_type` and the block structures of ggml (`ggml.h`, `ggml-common.h`).
 */
export const ggmlTypes: ReadonlyMap<number, StoredType> = new Map([
  [0, F32],
  [1, F16],
  [2, storedType('Q4_0', 32, 18)],
  [3, storedType('Q4_1', 32, 20)],
  [6, storedType('Q5_0', 32, 22)],
  [7, storedType('Q5_1', 32, 24)],
  [8, storedType('Q8_0', 32, 34)],
  [9, storedType('Q8_1', 32, 36)],
  [10, storedType('Q2_K', 256, 84)],
  [11, storedType('Q3_K', 256, 110)],
  [12, storedType('Q4_K', 256, 144)],
  [13, storedType('Q5_K', 256, 176)],
  [14, storedType('Q6_K', 256, 210)],
  [15, storedType('Q8_K', 256, 292)],
  [16, storedType('IQ2_XXS', 256, 66)],
  [17, storedType('IQ2_XS', 256, 74)],
  [18, storedType('IQ3_XXS', 256, 98)],
  [19, storedType('IQ1_S', 256, 50)],
  [20, storedType('IQ4_NL', 32, 18)],
  [21, storedType('IQ3_S', 256, 110)],
  [22, storedType('IQ2_S', 256, 82)],
  [23, storedType('IQ4_XS', 256, 136)],
  [24, storedType('I8', 1, 1)],
  [25, storedType('I16', 1, 2)],
  [26, storedType('I32', 1, 4)],
  [27, storedType('I64', 1, 8)],
  [28, storedType('F64', 1, 8)],
  [29, storedType('IQ1_M', 256, 56)],
  [30, BF16],
  [34, storedType('TQ1_0', 256, 54)],
  [35, storedType('TQ2_0', 256, 66)],
  [39, storedType('MXFP4', 32, 17)],
  [40, storedType('NVFP4', 64, 36)],
  [41, storedType('Q1_0', 128, 18)],
  [42, storedType('Q2_0', 64, 18)],
])

/** Tensor types of safetensors files by the name in the header. Source: `Dtype` of the safetensors crate. */
export const safetensorsTypes: ReadonlyMap<string, StoredType> = new Map(
  [
    F32,
    F16,
    BF16,
    storedType('BOOL', 1, 1),
    storedType('U8', 1, 1),
    storedType('I8', 1, 1),
    storedType('F4', 2, 1),
    storedType('F6_E2M3', 4, 3),
    storedType('F6_E3M2', 4, 3),
    storedType('F8_E5M2', 1, 1),
    storedType('F8_E4M3', 1, 1),
    storedType('F8_E8M0', 1, 1),
    storedType('I16', 1, 2),
    storedType('U16', 1, 2),
    storedType('I32', 1, 4),
    storedType('U32', 1, 4),
    storedType('F64', 1, 8),
    storedType('I64', 1, 8),
    storedType('U64', 1, 8),
    storedType('C64', 1, 8),
  ].map((type) => [type.name, type]),
)

/** The one type of llama2.c version 0. */
export const llama2cType = F32
