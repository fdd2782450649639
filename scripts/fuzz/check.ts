import type { EmittedPort } from '../../src/emit/index.js'
import { emitDesign } from '../../src/emit/index.js'
import type { Yosys } from '../../src/synth/yosys.js'
import { buildBatch, circuitNumber, type SeededCircuit } from './batch.js'
import { type FaultName, withFault } from './inject.js'
import {
  embeddedResponse,
  type OracleName,
  oracleMessages,
  oracleResponse,
  Subject,
} from './oracles.js'
import { Response, stimulusFor } from './stimulus.js'

/** Something that an oracle found. */
export interface Finding {
  /** `build`: the circuit could not even be elaborated, emitted or simulated by the embedded engine. */
  readonly oracle: OracleName | 'build'
  readonly kind: 'mismatch' | 'message' | 'error'
  /** Number of the circuit in the batch; undefined when it cannot be told. */
  readonly circuit: number | undefined
  readonly text: string
}

export interface CheckOptions {
  readonly oracles: readonly OracleName[]
  readonly cycles: number
  readonly yosys: Yosys
  /** Put into the text that the tools read, to see that they find it. */
  readonly fault?: FaultName
}

/** Runs circuits of one reset through all oracles; at most one finding a circuit and oracle. */
export async function checkCircuits(
  circuits: readonly SeededCircuit[],
  options: CheckOptions,
): Promise<readonly Finding[]> {
  let subject: Subject
  let expected: Response
  try {
    const batch = buildBatch(circuits)
    const emitted = emitDesign(batch.design)
    const stimulus = stimulusFor(emitted.ports, options.cycles, originOf(circuits, emitted.ports))
    const read = options.fault === undefined ? emitted : withFault(emitted, options.fault)
    subject = new Subject(batch, read, stimulus, options.yosys)
    expected = new Response(emitted.ports, embeddedResponse(subject))
  } catch (error) {
    return [finding('build', 'error', messageOf(error))]
  }
  // At once, since most of them wait for a process.
  const findings = await Promise.all(
    options.oracles.map((oracle) => ask(oracle, subject, expected)),
  )
  return findings.flat()
}

async function ask(
  oracle: OracleName,
  subject: Subject,
  expected: Response,
): Promise<readonly Finding[]> {
  try {
    const messages = await oracleMessages(oracle, subject)
    if (messages.length > 0) return messagesByCircuit(oracle, messages)
    const words = await oracleResponse(oracle, subject)
    if (words === undefined) return []
    return mismatches(oracle, expected, new Response(subject.emitted.ports, words), subject)
  } catch (error) {
    return [finding(oracle, 'error', messageOf(error))]
  }
}

function mismatches(
  oracle: OracleName,
  expected: Response,
  given: Response,
  { stimulus }: Subject,
): readonly Finding[] {
  const found = new Map<number | undefined, Finding>()
  for (let cycle = 0; cycle < Math.min(stimulus.cycles, given.cycles); cycle++) {
    for (const [output, { name }] of expected.outputs.entries()) {
      const [a, b] = [expected.value(output, cycle), given.value(output, cycle)]
      const circuit = circuitNumber(name)
      if (a === b || found.has(circuit)) continue
      const text = `${name} in cycle ${cycle}: embedded ${a.toString(16)}, ${oracle} ${b.toString(16)}`
      found.set(circuit, { oracle, kind: 'mismatch', circuit, text })
    }
  }
  return [...found.values()]
}

function messagesByCircuit(oracle: OracleName, messages: readonly string[]): readonly Finding[] {
  const texts = new Map<number | undefined, string[]>()
  for (const message of messages) {
    const circuit = circuitNumber(message)
    texts.set(circuit, [...(texts.get(circuit) ?? []), message])
  }
  return [...texts].map(([circuit, text]) => ({
    oracle,
    kind: 'message',
    circuit,
    text: text.join('\n'),
  }))
}

function finding(oracle: Finding['oracle'], kind: Finding['kind'], text: string): Finding {
  return { oracle, kind, circuit: circuitNumber(text), text }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** The circuit's seed and the port's place among its circuit's ports. */
function originOf(circuits: readonly SeededCircuit[], ports: readonly EmittedPort[]) {
  const places = new Map<EmittedPort, number>()
  const next = new Map<number, number>()
  for (const port of ports) {
    const circuit = circuitNumber(port.name) ?? -1
    const place = next.get(circuit) ?? 0
    places.set(port, place)
    next.set(circuit, place + 1)
  }
  return (port: EmittedPort) => ({
    seed: circuits[circuitNumber(port.name) ?? 0]!.seed,
    place: places.get(port)!,
  })
}
