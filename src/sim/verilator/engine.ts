import { resolve } from 'node:path'
import { InputError } from '../../common/input-error.js'
import type { EmittedPort } from '../../emit/emitted-design.js'
import type { Engine, VectorBatch, WaveOptions } from '../engine.js'
import {
  FrameBuffer,
  frameHeaderWords,
  helloPayload,
  Opcode,
  type Opcode as OpcodeValue,
} from '../recording-format.js'
import {
  batchSizes,
  clockAt,
  drivenPort,
  outputAt,
  portAt,
  readValue,
  recordLayout,
  writeValue,
} from '../recording-layout.js'
import { waveFormat } from '../wave-format.js'
import type { VerilatorExecutable } from './build.js'
import { simulatorCommand } from './simulator-command.js'
import { SyncChild } from './sync-child.js'

export interface VerilatorOptions {
  /** Writes a waveform from the first cycle on; the executable must have been built for its format. */
  readonly waves?: WaveOptions
  /** Longest time for one exchange with the process, in seconds; 300 by default. */
  readonly timeoutSeconds?: number
}

/** Requests without an answer are sent when this much has been collected. */
const postBytes = 64 * 1024
/** Bounds on one exchange, so that memory stays small and the time limit is about a known amount of work. */
const exchangeBytes = 1 << 20
const exchangeCycles = 16_384

/**
 * Starts a simulation. Calls are synchronous; `poke` and `step` are sent along with the next call that
 * needs an answer. A process that ends, is killed, or does not answer makes this and every later call
 * throw; so does a design that stops itself (`$stop`, a failed assertion).
 *
 * @throws InputError when the executable cannot write the waveform asked for.
 */
export function openVerilator(
  executable: VerilatorExecutable,
  options: VerilatorOptions = {},
): VerilatorEngine {
  return new VerilatorEngine(executable, options)
}

export class VerilatorEngine implements Engine {
  readonly name = 'verilator'
  readonly ports: readonly EmittedPort[]
  private readonly layout
  private readonly child: SyncChild
  private readonly requests = new FrameBuffer()
  private readonly header = new Uint32Array(frameHeaderWords)
  private readonly inputs: Uint32Array
  private readonly outputs: Uint32Array
  private outputsAreCurrent = false
  /** Cycles sent since the last answer. */
  private unansweredCycles = 0

  /** @internal use {@link openVerilator} */
  constructor(executable: VerilatorExecutable, options: VerilatorOptions) {
    this.ports = executable.ports
    this.layout = recordLayout(this.ports)
    this.inputs = new Uint32Array(this.layout.inputWords)
    this.outputs = new Uint32Array(this.layout.outputWords)
    const { waves } = options
    if (waves !== undefined) requireWaves(executable, waves)
    const [command, args] = simulatorCommand(
      executable,
      [],
      waves === undefined ? [] : [waves.file],
    )
    this.child = new SyncChild(command, args, {
      cwd: executable.directory,
      pipesAt: 0,
      timeoutSeconds: options.timeoutSeconds ?? 300,
      label: 'the Verilator simulation',
    })
    try {
      this.expectHello(executable)
      if (waves !== undefined) this.openWaves(waves)
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Process id of the simulator. */
  get pid(): number {
    return this.child.pid
  }

  /** What the design has printed so far (`$display`, messages of assertions). */
  get printed(): string {
    return this.child.printed
  }

  poke(port: number, value: bigint): void {
    const { width } = drivenPort(this.ports, port)
    const offset = this.layout.offsets[port]!
    if (readValue(this.inputs, offset, width) === BigInt.asUintN(width, value)) return
    const words = Math.ceil(width / 32)
    writeValue(this.inputs, offset, width, value)
    const payload = this.append(Opcode.poke, 1 + words)
    this.requests.words[payload] = port
    this.requests.words.set(this.inputs.subarray(offset, offset + words), payload + 1)
    this.outputsAreCurrent = false
  }

  peek(port: number): bigint {
    const { width, direction, role } = portAt(this.ports, port)
    if (direction === 'input') {
      return role === 'clock' ? 0n : readValue(this.inputs, this.layout.offsets[port]!, width)
    }
    if (!this.outputsAreCurrent) this.refreshOutputs()
    return readValue(this.outputs, this.layout.offsets[port]!, width)
  }

  step(clockPort: number, cycles: number): void {
    clockAt(this.ports, clockPort)
    for (const { size } of batchSizes(cycles, exchangeCycles)) {
      const payload = this.append(Opcode.step, 2)
      this.requests.words.set([clockPort, size], payload)
      this.outputsAreCurrent = false
      this.unansweredCycles += size
      if (this.unansweredCycles >= exchangeCycles) this.refreshOutputs()
    }
  }

  runVectors({ clockPort, cycles, stimulus }: VectorBatch): Uint32Array {
    clockAt(this.ports, clockPort)
    const { inputWords, outputWords } = this.layout
    if (stimulus.length !== cycles * inputWords) {
      throw new RangeError(
        `${cycles} cycles take ${cycles * inputWords} words of stimulus, not ${stimulus.length}`,
      )
    }
    const results = new Uint32Array(cycles * outputWords)
    const most = exchangeCyclesFor(Math.max(inputWords, outputWords))
    for (const { first, size } of batchSizes(cycles, most)) {
      const end = first + size
      const records = stimulus.subarray(first * inputWords, end * inputWords)
      const payload = this.append(Opcode.run, 2 + records.length)
      this.requests.words.set([clockPort, size], payload)
      this.requests.words.set(records, payload + 2)
      this.receive(results.subarray(first * outputWords, end * outputWords))
    }
    if (cycles > 0) this.rememberInputs(stimulus)
    return results
  }

  runUntil(clockPort: number, port: number, value: bigint, maxCycles: number): number | undefined {
    clockAt(this.ports, clockPort)
    const { width } = outputAt(this.ports, port)
    this.outputsAreCurrent = false
    const reply = new Uint32Array(2)
    let done = 0
    do {
      const payload = this.append(Opcode.runUntil, 3 + Math.ceil(width / 32))
      const cycles = Math.min(maxCycles - done, exchangeCycles)
      this.requests.words.set([clockPort, port, cycles], payload)
      writeValue(this.requests.words, payload + 3, width, value)
      this.receive(reply)
      done += reply[1]!
      if (reply[0] === 1) return done
    } while (done < maxCycles)
    return undefined
  }

  /** Leaves out the cycles until {@link resumeWaves} from the waveform. */
  pauseWaves(): void {
    this.enableWaves(0)
  }

  resumeWaves(): void {
    this.enableWaves(1)
  }

  /** Ends the process; a waveform is complete after this. May be called again. */
  close(): void {
    this.requests.append(Opcode.quit, 0)
    this.child.close(this.requests.bytes())
    this.requests.clear()
  }

  private append(opcode: OpcodeValue, payloadWords: number): number {
    if (this.requests.byteLength > postBytes) {
      this.child.post(this.requests.bytes())
      this.requests.clear()
    }
    return this.requests.append(opcode, payloadWords)
  }

  private refreshOutputs(): void {
    this.append(Opcode.peekOutputs, 0)
    this.receive(this.outputs)
    this.outputsAreCurrent = true
  }

  /** Sends what was collected and reads the one reply to it. */
  private receive(values: Uint32Array): void {
    this.child.send(this.requests.bytes())
    const [bytes, opcode] = this.readHeader()
    this.requests.clear()
    this.unansweredCycles = 0
    if (opcode === Opcode.error) throw this.child.fail(new Error(this.readError(bytes)))
    if (opcode !== Opcode.values || bytes !== 4 + values.byteLength) {
      throw this.child.fail(new Error('the Verilator simulation sent a broken reply'))
    }
    this.child.read(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }

  private readHeader(): [bytes: number, opcode: number] {
    this.child.read(new Uint8Array(this.header.buffer))
    return [this.header[0]!, this.header[1]!]
  }

  private readError(bytes: number): string {
    const payload = new Uint8Array(Math.min(bytes - 4, exchangeBytes))
    this.child.read(payload)
    const length = new DataView(payload.buffer).getUint32(0, true)
    const text = new TextDecoder().decode(payload.subarray(4, 4 + length))
    return `${text}${this.child.describeLog()}`
  }

  private expectHello(executable: VerilatorExecutable): void {
    const expected = helloPayload(this.ports, this.layout)
    const [bytes, opcode] = this.readHeader()
    const got = new Uint32Array(expected.length)
    if (opcode === Opcode.hello && bytes === 4 + got.byteLength) {
      this.child.read(new Uint8Array(got.buffer))
      if (got.every((word, index) => word === expected[index])) return
    }
    throw this.child.fail(
      new InputError(
        got[0] === expected[0]
          ? 'the executable was built for other ports'
          : 'the executable was built by another version of this program',
        { file: executable.path },
        'build it again',
      ),
    )
  }

  private openWaves(waves: WaveOptions): void {
    const text = new TextEncoder()
    const file = text.encode(resolve(waves.file))
    const scope = text.encode(waves.scope ?? '')
    const textWords = Math.ceil((file.length + scope.length) / 4)
    const payload = this.append(Opcode.waveOpen, 3 + textWords)
    const { words } = this.requests
    words.set([waves.depth ?? 0, file.length, scope.length], payload)
    words.fill(0, payload + 3, payload + 3 + textWords)
    const bytes = new Uint8Array(words.buffer, (payload + 3) * 4)
    bytes.set(file)
    bytes.set(scope, file.length)
    try {
      this.receive(new Uint32Array(0))
    } catch (error) {
      throw new InputError((error as Error).message, { file: waves.file })
    }
  }

  private enableWaves(on: 0 | 1): void {
    const payload = this.append(Opcode.waveEnable, 1)
    this.requests.words[payload] = on
  }

  /** After a batch the inputs hold its last record. */
  private rememberInputs(stimulus: Uint32Array): void {
    this.inputs.set(stimulus.subarray(stimulus.length - this.layout.inputWords))
    this.outputsAreCurrent = false
  }
}

function exchangeCyclesFor(recordWords: number): number {
  const fitting = Math.floor(exchangeBytes / (4 * Math.max(1, recordWords)))
  return Math.max(1, Math.min(exchangeCycles, fitting))
}

function requireWaves(executable: VerilatorExecutable, waves: WaveOptions): void {
  const format = waveFormat(waves)
  if (executable.waves === format) return
  throw new InputError(
    `the executable was built without ${format.toUpperCase()} waveforms`,
    { file: waves.file },
    `build it with waves: '${format}'`,
  )
}
