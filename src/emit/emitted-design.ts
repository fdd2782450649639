/** What a port is for: benches drive clocks and resets themselves, everything else is data. */
export type PortRole = 'clock' | 'reset' | 'data'

/** One port of an emitted module; always a flat packed vector. */
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
  /**
   * Absent for what every tool reads. `simulation`: the model of a macro or black box. `synthesis`: its
   * ports alone, for tools that leave it open; linters read it where there is no model.
   */
  readonly use?: 'simulation' | 'synthesis'
}

/**
 * A register or memory that no asynchronous reset initialises, by its hierarchical name below the top
 * (`u_mac.acc_q`). Two-state engines start it at zero, so four-state benches set it to zero too.
 */
export interface UnresetState {
  readonly path: string
  readonly width: number
  /** Words of a memory; absent for a register. */
  readonly depth?: number
}

/** A line of an emitted file and the author's line that it comes from. */
export interface EmittedLine {
  readonly line: number
  readonly file: string
  readonly sourceLine: number
}

/** One ROM of a module: what it holds and how it became hardware. */
export interface EmittedRom {
  readonly name: string
  readonly width: number
  readonly depth: number
  /** `table`, `readmemh`, `macro`, or the name of the construction: `brom:4`. */
  readonly form: string
  /** SHA-256 of the contents. */
  readonly hash: string
}

export interface EmittedInstance {
  readonly name: string
  readonly module: string
}

/** One distinct module of the design. */
export interface EmittedModule {
  readonly name: string
  /** Absent for a black box that the user supplies. */
  readonly file?: string
  readonly blackBox: boolean
  readonly parameters: Readonly<Record<string, number | string | boolean>>
  readonly ports: readonly EmittedPort[]
  readonly instances: readonly EmittedInstance[]
  readonly roms: readonly EmittedRom[]
  /** Registers and memories of the module itself that no reset sets; paths are names. */
  readonly unresetState: readonly UnresetState[]
  readonly sourceMap: readonly EmittedLine[]
}

/** An emitted design: everything that a simulator or synthesiser needs, in memory. */
export interface EmittedDesign {
  readonly top: string
  /** SystemVerilog sources (`.sv`) in dependency order, and the memory images (`.hex`) that they read. */
  readonly files: readonly EmittedFile[]
  /** Of the top module. */
  readonly ports: readonly EmittedPort[]
  /** Of all instances. */
  readonly unresetState: readonly UnresetState[]
  /** In dependency order, the top last. */
  readonly modules: readonly EmittedModule[]
}

/** What a tool is given: models, open ports, or models where there are some and open ports elsewhere. */
export type FileUse = 'simulation' | 'synthesis' | 'lint'

/** The files of a design for one kind of tool, sources and images. */
export function filesFor(design: EmittedDesign, use: FileUse): readonly EmittedFile[] {
  if (use !== 'lint')
    return design.files.filter((file) => file.use === undefined || file.use === use)
  const modelled = new Set(
    design.files.filter((file) => file.use === 'simulation').map(({ path }) => baseName(path)),
  )
  return design.files.filter(
    (file) => file.use !== 'synthesis' || !modelled.has(baseName(file.path)),
  )
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
