/** Byte addresses of the chip's registers, 32 bits each, behind AXI4-Lite. */
export const registerMap = {
  /** Read only: {@link chipId}. */
  ID: 0x00,
  /** Read only: {@link statusBits}. */
  STATUS: 0x04,
  /** Tokens of an answer at the most; 0 is no limit. */
  MAX_TOKENS: 0x08,
  /** Bits 30..0 a token that ends an answer; bit 31 enables it. */
  STOP_TOKEN: 0x0c,
  /** Read only: position of the last token that the chip took in. */
  POSITION: 0x10,
  /** {@link controlBits}; the other bits read as 0. */
  CONTROL: 0x14,
  /** Read only: positions of the KV cache. */
  CONTEXT: 0x18,
  /** Read only: tokens are smaller than this. */
  VOCABULARY: 0x1c,
} as const

export type RegisterName = keyof typeof registerMap

/** `ROMU` in ASCII. */
export const chipId = 0x524f4d55

/** Bits of `STATUS`. */
export const statusBits = {
  /** A prompt or an answer is under way. */
  busy: 0,
  /** The last prompt did not fit the cache: it was swallowed without an answer. */
  promptOverflow: 1,
} as const

/** Bits of `CONTROL`. */
export const controlBits = {
  /**
   * A prompt continues the text in the cache instead of starting anew: its first token takes the position behind the last
   * token that the chip took in, which the last token of an answer is not. Looked at when a prompt's first token is taken.
   */
  keepCache: 0,
} as const
