/**
 * Transistors of the generic gates in static CMOS: the complementary network, two transistors an input
 * (Weste and Harris, CMOS VLSI Design, section 1.4; the same figures as Yosys' `stat -tech cmos`, which
 * knows no others of these).
 */
const gates: Readonly<Record<string, number>> = {
  $_NOT_: 2,
  $_NAND_: 4,
  $_NOR_: 4,
  $_AOI3_: 6,
  $_OAI3_: 6,
  $_AOI4_: 8,
  $_OAI4_: 8,
}

/**
 * A flip-flop is two latches of a transmission gate, its clocked feedback and the inverters between them,
 * with its own clock inverters: 24, and two more in each latch for an asynchronous set or reset (28). Equal
 * to sky130's `dfxtp_1` and `dfrtp_1`. A single latch is half of it.
 */
const latch = 12
const control = 2

/** Transistors of a two-input NAND, the unit of gate equivalents. */
export const transistorsOfNand2 = 4

/** The flip-flops and latches that generic synthesis leaves, as patterns of `dfflegalize`. */
export const genericStorage = [
  '$_DFF_?_',
  '$_DFF_???_',
  '$_DFFSR_???_',
  '$_DLATCH_?_',
  '$_DLATCH_???_',
  '$_DLATCHSR_???_',
] as const

const storage = /^\$_(DFF|DLATCH)(SR)?_([NP]|[NP][NP][01]|[NP]{3})_$/

/** Transistors of a generic gate, flip-flop or latch; undefined for other cells. */
export function transistorsOf(cellType: string): number | undefined {
  const gate = gates[cellType]
  if (gate !== undefined) return gate
  const match = storage.exec(cellType)
  if (match === null) return undefined
  const [, kind, both, pins] = match
  const controls = both !== undefined ? 2 : pins!.length === 3 ? 1 : 0
  return (kind === 'DFF' ? 2 : 1) * (latch + controls * control)
}

export function isFlipFlop(cellType: string): boolean {
  return storage.exec(cellType)?.[1] === 'DFF'
}
