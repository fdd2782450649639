/** What a port is for: benches drive clocks and resets themselves, everything else is data. */
export type PortRole = 'clock' | 'reset' | 'data'

/** One port of the emitted top module; always a flat packed vector. */
export interface EmittedPort {
  readonly name: string
  readonly direction: 'input' | 'output'
  /** Bits, at least 1. */
  readonly width: number
  readonly signed: boolean
  readonly role: PortRole
}

/** One file of the output directory; `path` is relative, with forward slashes. */
export interface EmittedFile {
  readonly path: string
  readonly text: string
}

/**
 * A register or memory that no reset initialises, by its hierarchical name below the top
 * (`u_mac.acc_q`). Two-state engines start it at zero, so four-state benches set it to zero too.
 */
export interface UnresetState {
  readonly path: string
  readonly width: number
  /** Words of a memory; absent for a register. */
  readonly depth?: number
}

/** An emitted design: everything that a simulator or synthesiser needs, in memory. */
export interface EmittedDesign {
  readonly top: string
  /** SystemVerilog sources (`.sv`) in dependency order, and the memory images (`.hex`) that they read. */
  readonly files: readonly EmittedFile[]
  readonly ports: readonly EmittedPort[]
  readonly unresetState: readonly UnresetState[]
}
