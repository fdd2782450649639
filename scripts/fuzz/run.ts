import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../src/common/random.js'
import type { Yosys } from '../../src/synth/yosys.js'
import type { SeededCircuit } from './batch.js'
import { checkCircuits, type Finding } from './check.js'
import { generateCircuit, generateReset } from './generate.js'
import { minimise } from './minimise.js'
import type { OracleName } from './oracles.js'

/** Circuits under one top: a native simulator is built once for all of them. */
const circuitsPerBatch = 25
const minimiseTries = 200

export interface FuzzOptions {
  readonly seed: number
  readonly circuits: number
  readonly cycles: number
  readonly oracles: readonly OracleName[]
  readonly yosys: Yosys
  /** Failing circuits are minimised and written here; undefined leaves them as they are. */
  readonly keepIn?: string
  readonly onBatch?: (done: number, findings: number) => void
}

/** A finding with the seed of its circuit. */
export interface FuzzFinding extends Finding {
  readonly seed: number
  /** Where the minimised circuit was written. */
  readonly file?: string
}

/** Runs random circuits through the oracles; equal seeds give equal circuits and stimulus. */
export async function fuzz(options: FuzzOptions): Promise<FuzzFinding[]> {
  const found: FuzzFinding[] = []
  const { seed, circuits, onBatch } = options
  for (let first = 0; first < circuits; first += circuitsPerBatch) {
    const batch = circuitsOf(seed + first, Math.min(circuitsPerBatch, circuits - first))
    for (const finding of await checkCircuits(batch, options)) {
      const circuit = batch[finding.circuit ?? 0]!
      const file = await keep(circuit, finding, options)
      found.push({ ...finding, seed: circuit.seed, ...(file === undefined ? {} : { file }) })
    }
    onBatch?.(first + batch.length, found.length)
  }
  return found
}

function circuitsOf(firstSeed: number, count: number): SeededCircuit[] {
  const reset = generateReset(new Random(firstSeed + 999))
  return Array.from({ length: count }, (_, i) => ({
    seed: firstSeed + i,
    recipe: generateCircuit(new Random(firstSeed + i), reset),
  }))
}

async function keep(
  { seed, recipe }: SeededCircuit,
  finding: Finding,
  options: FuzzOptions,
): Promise<string | undefined> {
  if (options.keepIn === undefined) return undefined
  const oracles = finding.oracle === 'build' ? [] : [finding.oracle]
  const smallest = await minimise(
    recipe,
    async (candidate) => {
      const again = await checkCircuits([{ seed, recipe: candidate }], { ...options, oracles })
      return again.some(({ oracle, kind }) => oracle === finding.oracle && kind === finding.kind)
    },
    { budget: minimiseTries },
  )
  mkdirSync(options.keepIn, { recursive: true })
  const file = join(options.keepIn, `${finding.oracle}-${seed}.json`)
  writeFileSync(file, `${JSON.stringify({ seed, recipe: smallest }, null, 2)}\n`)
  return file
}
