/**
 * Vector opcodes, after the prefix byte. Source: the binary format chapter of the specification,
 * https://webassembly.github.io/spec/core/binary/instructions.html#vector-instructions
 */
export const Simd = {
  load: 0,
  store: 11,
} as const
