import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs'
import { InputError } from '../common/input-error.js'
import type { EmittedPort } from '../emit/emitted-design.js'
import type { Engine, EngineName, VectorBatch } from './engine.js'
import { FrameBuffer, helloPayload, Opcode, recordingMagic } from './recording-format.js'
import {
  batchSizes,
  clockAt,
  drivenPort,
  outputAt,
  portAt,
  recordLayout,
  writeValue,
} from './recording-layout.js'

/** Bytes collected before they are written. */
const bufferBytes = 64 * 1024
/** Words of stimulus and results in one frame, at most. */
const frameWords = 1 << 18

/**
 * An engine that does the same as the given one and writes every call, with what it answered, to a file
 * that can be replayed on any engine of the same ports. The file is complete after `close`, which closes
 * the given engine too, and readable up to the last 64 kB before. After a batch that failed nothing more
 * is recorded.
 *
 * @throws InputError when the file cannot be written, now or during a later call; what was written of it
 *   is then removed.
 */
export function recordEngine(engine: Engine, file: string): Engine {
  return new RecordingEngine(engine, new RecordingWriter(file, engine.ports))
}

class RecordingEngine implements Engine {
  readonly name: EngineName
  readonly ports: readonly EmittedPort[]
  private readonly layout

  constructor(
    private readonly engine: Engine,
    private readonly writer: RecordingWriter,
  ) {
    this.name = engine.name
    this.ports = engine.ports
    this.layout = recordLayout(engine.ports)
  }

  poke(port: number, value: bigint): void {
    const { width } = drivenPort(this.ports, port)
    this.writer.frame(Opcode.poke, 1 + Math.ceil(width / 32), (words, at) => {
      words[at] = port
      writeValue(words, at + 1, width, value)
    })
    this.engine.poke(port, value)
  }

  peek(port: number): bigint {
    const { width } = portAt(this.ports, port)
    const value = this.engine.peek(port)
    this.recordPeek(port, width, value)
    return value
  }

  step(clockPort: number, cycles: number): void {
    clockAt(this.ports, clockPort)
    for (const { size } of batchSizes(cycles, 0xffff_ffff)) {
      this.writer.frame(Opcode.step, 2, (words, at) => words.set([clockPort, size], at))
    }
    this.engine.step(clockPort, cycles)
  }

  /** Recorded as steps and a look. */
  runUntil(clockPort: number, port: number, value: bigint, maxCycles: number): number | undefined {
    clockAt(this.ports, clockPort)
    const { width } = outputAt(this.ports, port)
    const taken = this.engine.runUntil(clockPort, port, value, maxCycles)
    for (const { size } of batchSizes(taken ?? maxCycles, 0xffff_ffff)) {
      this.writer.frame(Opcode.step, 2, (words, at) => words.set([clockPort, size], at))
    }
    if (taken === undefined) {
      this.peek(port)
    } else {
      this.recordPeek(port, width, BigInt.asUintN(width, value))
    }
    return taken
  }

  runVectors({ clockPort, cycles, stimulus }: VectorBatch): Uint32Array {
    const { inputWords, outputWords } = this.layout
    const results = new Uint32Array(cycles * outputWords)
    const most = Math.max(1, Math.floor(frameWords / Math.max(1, inputWords, outputWords)))
    for (const { first, size } of batchSizes(cycles, most)) {
      const records = stimulus.subarray(first * inputWords, (first + size) * inputWords)
      this.writer.frame(Opcode.run, 2 + records.length, (words, at) => {
        words.set([clockPort, size], at)
        words.set(records, at + 2)
      })
      this.writer.flush()
      const part = this.runRecorded({ clockPort, cycles: size, stimulus: records })
      this.writer.frame(Opcode.values, part.length, (words, at) => words.set(part, at))
      results.set(part, first * outputWords)
    }
    return results
  }

  close(): void {
    this.engine.close()
    this.writer.close()
  }

  private recordPeek(port: number, width: number, value: bigint): void {
    this.writer.frame(Opcode.peek, 1, (words, at) => {
      words[at] = port
    })
    this.writer.frame(Opcode.values, Math.ceil(width / 32), (words, at) => {
      writeValue(words, at, width, value)
    })
  }

  /** A request without its answer can only be the last of a recording. */
  private runRecorded(batch: VectorBatch): Uint32Array {
    try {
      return this.engine.runVectors(batch)
    } catch (error) {
      this.writer.close()
      throw error
    }
  }
}

class RecordingWriter {
  private readonly buffer = new FrameBuffer()
  private readonly descriptor: number
  private open = true

  constructor(
    private readonly file: string,
    ports: readonly EmittedPort[],
  ) {
    try {
      this.descriptor = openSync(file, 'w')
    } catch (error) {
      throw this.unwritable(error)
    }
    const header = Uint32Array.of(recordingMagic, ...helloPayload(ports, recordLayout(ports)))
    this.write(new Uint8Array(header.buffer))
  }

  frame(
    opcode: Opcode,
    payloadWords: number,
    fill: (words: Uint32Array, payload: number) => void,
  ): void {
    if (!this.open) return
    const payload = this.buffer.append(opcode, payloadWords)
    fill(this.buffer.words, payload)
    if (this.buffer.byteLength > bufferBytes) this.flush()
  }

  flush(): void {
    if (!this.open) return
    this.write(this.buffer.bytes())
    this.buffer.clear()
  }

  close(): void {
    if (!this.open) return
    this.flush()
    this.open = false
    closeSync(this.descriptor)
  }

  private write(bytes: Uint8Array): void {
    try {
      for (let rest = bytes; rest.length > 0; ) {
        rest = rest.subarray(writeSync(this.descriptor, rest))
      }
    } catch (error) {
      this.open = false
      if (fstatSync(this.descriptor).isFile()) rmSync(this.file, { force: true })
      closeSync(this.descriptor)
      throw this.unwritable(error)
    }
  }

  private unwritable(error: unknown): InputError {
    return new InputError(`the recording cannot be written: ${(error as Error).message}`, {
      file: this.file,
    })
  }
}
