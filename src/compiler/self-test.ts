import type { ChipTiming } from './timing.js'

/** A ROM of a chip that its self-test reads. */
export interface SelfTestBank {
  /** Names of the instances below the top, and of the ROM in the last one: `u_controller.program_rom`. */
  readonly name: string
  readonly depth: number
  readonly width: number
  /** The signature of the right contents, 32 bits; of a placeholder none. */
  readonly signature?: number
}

/** What a chip's self-test must give. */
export interface SelfTest {
  /** Clock cycles in which `SELF_TEST` reads as running: {@link selfTestCycles}. */
  readonly cycles: number
  /** In the order in which their signatures are read. */
  readonly banks: readonly SelfTestBank[]
}

/** Bits of a signature. */
const signatureBits = 32

/**
 * Clock cycles of a self-test, from the cycle after the write that starts it: the signatures start, all addresses up to the
 * last one of the deepest ROM are read, the last word arrives, and the first signature goes out.
 */
export function selfTestCycles(
  { lastSample, chain }: NonNullable<ChipTiming['selfTest']>,
  deepest: number,
): number {
  const start = 1
  return start + deepest + lastSample + signatureBits + chain
}

/** A signature as it is written: `0x0123abcd`. */
export function signatureText(signature: number): string {
  return `0x${signature.toString(16).padStart(8, '0')}`
}

/** The part of a chip's manifest. */
export function describeSelfTest({ cycles, banks }: SelfTest) {
  return {
    cycles,
    banks: banks.map(({ signature, ...bank }, number) => ({
      bank: number,
      ...bank,
      ...(signature === undefined ? {} : { signature: signatureText(signature) }),
    })),
  }
}
