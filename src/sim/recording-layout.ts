import type { EmittedPort } from '../emit/emitted-design.js'
import { portWords } from './engine.js'

/** Where each port lies in the records of a vector batch (see `VectorBatch`). */
export interface RecordLayout {
  /** Words of one stimulus record: data and reset inputs. */
  readonly inputWords: number
  /** Words of one result record: outputs. */
  readonly outputWords: number
  /** First word of each port in its record; clock inputs, which lie in none, have -1. */
  readonly offsets: readonly number[]
}

export function recordLayout(ports: readonly EmittedPort[]): RecordLayout {
  const words = { input: 0, output: 0 }
  const offsets = ports.map((port) => {
    if (port.role === 'clock' && port.direction === 'input') return -1
    const offset = words[port.direction]
    words[port.direction] += portWords(port)
    return offset
  })
  return { inputWords: words.input, outputWords: words.output, offsets }
}

/** Stores a value modulo 2^width in the words of a port. */
export function writeValue(words: Uint32Array, offset: number, width: number, value: bigint): void {
  let rest = BigInt.asUintN(width, value)
  if (width <= 32) {
    words[offset] = Number(rest)
    return
  }
  const count = Math.ceil(width / 32)
  for (let word = 0; word < count; word++) {
    words[offset + word] = Number(rest & 0xffff_ffffn)
    rest >>= 32n
  }
}

/** The unsigned value in the words of a port; bits above the width are ignored. */
export function readValue(words: Uint32Array, offset: number, width: number): bigint {
  let value = 0n
  for (let word = Math.ceil(width / 32) - 1; word >= 0; word--) {
    value = (value << 32n) | BigInt(words[offset + word]!)
  }
  return BigInt.asUintN(width, value)
}

/**
 * Index of a port that the caller may drive, for `poke`.
 *
 * @throws RangeError naming the port when it is an output, a clock, or not a port at all.
 */
export function drivenPort(ports: readonly EmittedPort[], index: number): EmittedPort {
  const port = portAt(ports, index)
  if (port.direction === 'output')
    throw new RangeError(`${port.name} is an output: it cannot be poked`)
  if (port.role === 'clock')
    throw new RangeError(`${port.name} is a clock: step it, do not poke it`)
  return port
}

/** @throws RangeError when the port is not a clock input. */
export function clockAt(ports: readonly EmittedPort[], index: number): EmittedPort {
  const port = portAt(ports, index)
  if (port.role !== 'clock' || port.direction !== 'input') {
    throw new RangeError(`${port.name} is not a clock input: it cannot be stepped`)
  }
  return port
}

/** @throws RangeError when the port is not an output. */
export function outputAt(ports: readonly EmittedPort[], index: number): EmittedPort {
  const port = portAt(ports, index)
  if (port.direction !== 'output') {
    throw new RangeError(`${port.name} is an input: it changes only when poked`)
  }
  return port
}

/** @throws RangeError when there is no such port. */
export function portAt(ports: readonly EmittedPort[], index: number): EmittedPort {
  const port = ports[index]
  if (port === undefined) {
    throw new RangeError(`no port with index ${index}: the design has ${ports.length} ports`)
  }
  return port
}

/** Splits a number of cycles into batches of at most `most`. */
export function* batchSizes(
  cycles: number,
  most: number,
): Generator<{ readonly first: number; readonly size: number }> {
  for (let first = 0; first < cycles; first += most) {
    yield { first, size: Math.min(most, cycles - first) }
  }
}
