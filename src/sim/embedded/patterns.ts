/** Writes a bit pattern little-endian; of a negative one the two's complement. */
export function writePattern(
  target: Uint8Array,
  offset: number,
  bytes: number,
  pattern: bigint,
): void {
  let rest = pattern
  for (let byte = 0; byte < bytes; byte++) {
    target[offset + byte] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

/** Reads a bit pattern little-endian. */
export function readPattern(source: Uint8Array, offset: number, bytes: number): bigint {
  let pattern = 0n
  for (let byte = bytes - 1; byte >= 0; byte--) {
    pattern = (pattern << 8n) | BigInt(source[offset + byte]!)
  }
  return pattern
}
