/**
 * Transistors of the generic gates in static CMOS. Gates: the complementary network, two transistors an input
 * (Weste and Harris, CMOS VLSI Design, section 1.4). Flip-flops: a transmission-gate master and slave with
 * their inverters and local clock inverters, 24, and two more in each latch for an asynchronous set or reset.
 */
export const transistorsOfGate: Readonly<Record<string, number>> = {
  $_NOT_: 2,
  $_NAND_: 4,
  $_NOR_: 4,
  $_AOI3_: 6,
  $_OAI3_: 6,
  $_AOI4_: 8,
  $_OAI4_: 8,
  $_DFF_P_: 24,
  $_DFF_PN0_: 28,
  $_DFF_PN1_: 28,
}

/** The cells that generic synthesis maps flip-flops to. */
export const genericFlipFlops = ['$_DFF_P_', '$_DFF_PN0_', '$_DFF_PN1_'] as const

/** Transistors of a two-input NAND, the unit of gate equivalents. */
export const transistorsOfNand2 = 4
