import type { EmittedPort } from '../emit/emitted-design.js'

export type EngineName = 'embedded' | 'verilator' | 'iverilog'

/** Which nets a waveform holds. */
export interface WaveOptions {
  readonly file: string
  /** By default the file's extension decides. */
  readonly format?: 'vcd' | 'fst'
  /** Hierarchical instance path below the top (`u_mac`); the top by default. */
  readonly scope?: string
  /** Levels of hierarchy below the scope, 1 being the scope alone; all by default. */
  readonly depth?: number
}

/**
 * A running simulation of one design. Ports are addressed by index into `ports`.
 *
 * The cycle is the same in every engine: inputs are applied, combinational logic settles, outputs can be
 * read, then the clock rises. After construction every input is zero, so an active-low reset is asserted
 * (real simulators first see it high, for the edge), and unreset registers and memories hold zero.
 */
export interface Engine {
  readonly name: EngineName
  readonly ports: readonly EmittedPort[]
  /** Sets an input; a value is taken modulo 2^width (two's complement for negative ones). */
  poke(port: number, value: bigint): void
  /** The settled value of a port as an unsigned number below 2^width. */
  peek(port: number): bigint
  /** Rising edges of one clock port with the inputs held. */
  step(clockPort: number, cycles: number): void
  /**
   * Steps a clock until an output has a value, which is looked at before each rising edge.
   *
   * @returns the cycles that it took, or undefined when the value did not come within `maxCycles`
   */
  runUntil(clockPort: number, port: number, value: bigint, maxCycles: number): number | undefined
  /** See {@link VectorBatch}. */
  runVectors(batch: VectorBatch): Uint32Array
  /** Starts a waveform; engines that must be told before they are built take it as a build option. */
  close(): void
}

/**
 * A batch of cycles. Each cycle is one record: every data and reset input in port order, each in
 * `ceil(width / 32)` little-endian 32-bit words (clock inputs take no words). The result has one record a
 * cycle of all outputs in port order, in the same layout, read after the inputs settled and before the
 * clock rises.
 */
export interface VectorBatch {
  readonly clockPort: number
  readonly cycles: number
  /** cycles x input words. */
  readonly stimulus: Uint32Array
}

/** {@link Engine.runUntil} for engines whose steps and looks cost little. */
export function stepUntil(
  engine: Pick<Engine, 'step' | 'peek'>,
  clockPort: number,
  port: number,
  value: bigint,
  maxCycles: number,
): number | undefined {
  for (let cycle = 0; ; cycle++) {
    if (engine.peek(port) === value) return cycle
    if (cycle === maxCycles) return undefined
    engine.step(clockPort, 1)
  }
}

/** 32-bit words that a port takes in a vector record. */
export function portWords(port: EmittedPort): number {
  return Math.ceil(port.width / 32)
}
