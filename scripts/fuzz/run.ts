import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Random } from '../../src/common/random.js'
import type { SeededCircuit } from './batch.js'
import { type CheckOptions, checkCircuits, type Finding } from './check.js'
import { generateCircuit, generateReset } from './generate.js'
import { minimise } from './minimise.js'

/** Circuits under one top, so that each tool starts once for all of them; they share a reset. */
const circuitsPerBatch = 100
const minimiseTries = 200

export interface FuzzOptions extends CheckOptions {
  /** Seed of the first circuit; the others count on from it. */
  readonly seed: number
  readonly circuits: number
  /** Failing circuits are minimised and written here; undefined leaves them as they are. */
  readonly keepIn?: string
  readonly onBatch?: (done: number, findings: readonly FuzzFinding[]) => void
}

/** A finding with the seed of its circuit. */
export interface FuzzFinding extends Omit<Finding, 'circuit'> {
  readonly seed: number
  /** Where the minimised circuit was written. */
  readonly file?: string
}

/**
 * Runs random circuits through the oracles. Circuit and stimulus follow from the circuit's seed alone, so a
 * run may end and go on at any seed.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzFinding[]> {
  const found: FuzzFinding[] = []
  const end = options.seed + options.circuits
  for (let first = options.seed, next = first; first < end; first = next) {
    next = Math.min(end, (blockOf(first) + 1) * circuitsPerBatch)
    const circuits = Array.from({ length: next - first }, (_, i) => seededCircuit(first + i))
    for (const finding of await findingsOf(circuits, options)) {
      const file = await keep(finding, options)
      found.push(file === undefined ? finding : { ...finding, file })
    }
    options.onBatch?.(next - options.seed, found)
  }
  return found
}

/** The circuit of a seed. */
export function seededCircuit(seed: number): SeededCircuit {
  const reset = generateReset(new Random(blockOf(seed) + 999))
  return { seed, recipe: generateCircuit(new Random(seed), reset) }
}

function blockOf(seed: number): number {
  return Math.floor(seed / circuitsPerBatch)
}

/** The batch is halved as long as an oracle fails on the whole of it, to find the circuit that is to blame. */
async function findingsOf(
  circuits: readonly SeededCircuit[],
  options: CheckOptions,
): Promise<readonly FuzzFinding[]> {
  const findings = await checkCircuits(circuits, options)
  const isVague = ({ kind, circuit }: Finding) => kind === 'error' || circuit === undefined
  const vague = circuits.length === 1 ? [] : findings.filter(isVague)
  const again = new Set(vague.map(({ oracle }) => oracle))
  const clear = findings
    .filter(({ oracle }) => !again.has(oracle))
    .map((finding) => withSeed(finding, circuits))
  if (again.size === 0) return clear

  const oracles = options.oracles.filter((name) => again.has('build') || again.has(name))
  const half = Math.ceil(circuits.length / 2)
  const narrowed = [
    ...(await findingsOf(circuits.slice(0, half), { ...options, oracles })),
    ...(await findingsOf(circuits.slice(half), { ...options, oracles })),
  ]
  const onlyTogether = vague.filter(
    ({ oracle }) => !narrowed.some((finding) => finding.oracle === oracle),
  )
  return [...clear, ...narrowed, ...onlyTogether.map((finding) => withSeed(finding, circuits))]
}

function withSeed(
  { circuit, ...finding }: Finding,
  circuits: readonly SeededCircuit[],
): FuzzFinding {
  return { ...finding, seed: circuits[circuit ?? 0]!.seed }
}

async function keep(finding: FuzzFinding, options: FuzzOptions): Promise<string | undefined> {
  if (options.keepIn === undefined) return undefined
  const smallest = await minimisedCircuit(finding, options)
  mkdirSync(options.keepIn, { recursive: true })
  const file = join(options.keepIn, `${finding.oracle}-${finding.seed}.json`)
  writeFileSync(file, `${JSON.stringify(smallest, null, 2)}\n`)
  return file
}

/** The smallest circuit with the same kind of finding by the same oracle. */
export async function minimisedCircuit(
  { seed, oracle, kind }: FuzzFinding,
  options: CheckOptions,
): Promise<SeededCircuit> {
  const oracles = oracle === 'build' ? [] : [oracle]
  const recipe = await minimise(
    seededCircuit(seed).recipe,
    async (candidate) => {
      const again = await checkCircuits([{ seed, recipe: candidate }], { ...options, oracles })
      return again.some((found) => found.oracle === oracle && found.kind === kind)
    },
    { budget: minimiseTries },
  )
  return { seed, recipe }
}
