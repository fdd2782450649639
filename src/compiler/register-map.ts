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
  /** Of chips with adapters: 0 for none, 1 and 2 for those in slot 0 and 1. Looked at when a token starts. */
  ADAPTER_SELECT: 0x20,
  /** Of chips with adapters, read only: {@link adapterStatusBits}. */
  ADAPTER_STATUS: 0x24,
  /** Of chips with adapters, read only: CRC-32 of the layout, as in word 6 of a frame. */
  ADAPTER_LAYOUT: 0x28,
  /** Of chips with a self-test: writing bit 0 starts it, reads are {@link selfTestBits}. Refused while a request or the test runs. */
  SELF_TEST: 0x2c,
  /** Of chips with a self-test, read only: a signature more with each read, in the order of the banks; refused before the test is done. */
  SELF_TEST_SIGNATURE: 0x30,
  /** Of chips with a self-test, read only: how many banks there are. */
  SELF_TEST_BANKS: 0x34,
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

/** Lowest bits of the fields of `ADAPTER_STATUS`. */
export const adapterStatusBits = {
  /** Four bits: what became of the last frame, or becomes of the current one, in `adapterStatuses`. */
  status: 0,
  /** A bit for each slot: it holds an adapter. */
  loaded: 4,
  /** A frame is under way. */
  loading: 6,
  /** The current token uses an adapter, that of slot 0 or 1. */
  inUse: 7,
  slot: 8,
  /** Eight bits: frames so far, modulo 256. */
  frames: 16,
} as const

/** Bits of `SELF_TEST` when it is read. */
export const selfTestBits = {
  /** It was started and is not done. */
  running: 0,
  /** Its signatures can be read, from the first one or from where reads are. */
  done: 1,
} as const

/** Bits of `CONTROL`. */
export const controlBits = {
  /**
   * A prompt continues the text in the cache instead of starting anew: its first token takes the position behind the last
   * token that the chip took in, which the last token of an answer is not. Looked at when a prompt's first token is taken.
   */
  keepCache: 0,
} as const
