import { YosysError } from './yosys-error.js'

/** Values of ports as unsigned numbers, by name. */
export type PortValues = Readonly<Record<string, bigint>>

/** One clock cycle: what both designs are given, and what each gives. */
export interface CounterexampleStep {
  readonly inputs: PortValues
  readonly first: PortValues
  readonly second: PortValues
}

/**
 * Inputs on which two designs differ. Combinational designs have one step; otherwise the steps begin with
 * the initial state, and the designs differ in the last.
 */
export interface Counterexample {
  readonly steps: readonly CounterexampleStep[]
}

/**
 * Reads the table of signal values that `sat` prints for a miter made with `-make_outputs`. Undefined bits
 * count as zero.
 */
export function parseCounterexample(log: string): Counterexample {
  const steps = new Map<string, Record<'in' | 'gold' | 'gate', Record<string, bigint>>>()
  const row = /^\s*(\d*)\s+\\(in|gold|gate)_(\S+)\s+\S+\s+\S+\s+([01x-]+)\s*$/gm
  for (const [, time, side, port, bits] of log.matchAll(row)) {
    if (!steps.has(time!)) steps.set(time!, { in: {}, gold: {}, gate: {} })
    const value = BigInt(`0b${bits!.replaceAll(/[x-]/g, '0')}`)
    steps.get(time!)![side as 'in' | 'gold' | 'gate'][port!] = value
  }
  if (steps.size === 0) throw new YosysError('Yosys printed no counterexample', log)
  return {
    steps: [...steps.values()].map((step) => ({
      inputs: step.in,
      first: step.gold,
      second: step.gate,
    })),
  }
}
