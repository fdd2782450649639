import { z } from 'zod'

const seconds = z.number().nonnegative()
const count = z.number().int().nonnegative()

export const elaborationRow = z.strictObject({
  lUnits: count,
  elaborateSeconds: seconds,
  emitSeconds: seconds,
  flattenSeconds: seconds,
  textBytes: count,
})

export const engineRow = z.strictObject({
  lUnits: count,
  lanes: count,
  engine: z.enum(['embedded', 'verilator']),
  /** Whether the build was found in the cache. */
  cached: z.boolean(),
  buildSeconds: seconds,
  firstCycleSeconds: seconds,
  cyclesPerSecond: z.number().positive(),
})

export const cliffRow = z.strictObject({
  design: z.string(),
  nets: count,
  waveform: z.enum(['none', 'vcd']),
  engine: z.enum(['embedded', 'verilator']),
  openSeconds: seconds,
  cyclesPerSecond: z.number().positive(),
  /** Of the waveform; 0 without one. */
  waveformBytes: count,
})

export const yosysRow = z.strictObject({
  engine: z.enum(['wasm', 'native']),
  version: z.string(),
  synthesisSeconds: seconds,
})

/** What `npm run -s bench -- --json` prints; tables of tools that are not installed lack their rows. */
export const benchReport = z.strictObject({
  node: z.string(),
  architecture: z.string(),
  seed: count,
  elaboration: z.array(elaborationRow),
  engines: z.array(engineRow),
  cliffs: z.array(cliffRow),
  yosys: z.array(yosysRow),
})

export type ElaborationRow = z.infer<typeof elaborationRow>
export type EngineRow = z.infer<typeof engineRow>
export type CliffRow = z.infer<typeof cliffRow>
export type YosysRow = z.infer<typeof yosysRow>
export type BenchReport = z.infer<typeof benchReport>
