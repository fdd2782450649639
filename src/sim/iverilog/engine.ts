import { resolve } from 'node:path'
import { InputError } from '../../common/input-error.js'
import type { EmittedDesign, EmittedPort } from '../../emit/emitted-design.js'
import type { Engine, VectorBatch, WaveOptions } from '../engine.js'
import { Opcode, type Opcode as OpcodeValue } from '../recording-format.js'
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
import { SyncChild } from '../verilator/sync-child.js'
import { waveFormat } from '../wave-format.js'
import { compileBench } from './compile.js'
import { isUnknown, parseRecord, portDigits, recordText } from './record-text.js'

export interface IverilogOptions {
  /**
   * What an unknown bit (x or z) of an output is: an error that names port and cycle, which is the
   * default, or zero as in two-state engines.
   */
  readonly x?: 'error' | 'zero'
  /** Checks the design's assertions; off by default. */
  readonly assertions?: boolean
  /** Writes a waveform from the first cycle on, VCD or FST. */
  readonly waves?: WaveOptions
  /** Longest time for compilation and for one exchange with the process, in seconds; 300 by default. */
  readonly timeoutSeconds?: number
}

/** Bounds on one exchange, so that the time limit is about a known amount of work. */
const exchangeCycles = 1024
const postCharacters = 64 * 1024

/**
 * Compiles a design with Icarus Verilog and starts its simulation. Calls are synchronous; `poke` and
 * `step` are sent along with the next call that needs an answer.
 *
 * Registers and memories of the design's `unresetState` are zero at the start. A register with a
 * synchronous reset is unknown until it was reset, where two-state engines have zero.
 *
 * @throws InputError when a tool is missing or Icarus rejects the design, with its file and line.
 */
export function openIverilog(design: EmittedDesign, options: IverilogOptions = {}): IverilogEngine {
  return new IverilogEngine(design, options)
}

export class IverilogEngine implements Engine {
  readonly name = 'iverilog'
  readonly ports: readonly EmittedPort[]
  private readonly layout
  private readonly child: SyncChild
  private readonly inputs: Uint32Array
  private readonly unknownIsError: boolean
  private readonly checksAssertions: boolean
  private requests = ''
  private outputs: string | undefined
  private cycle = 0
  /** Cycles sent since the last answer. */
  private unansweredCycles = 0
  private printedBytes = 0

  /** @internal use {@link openIverilog} */
  constructor(design: EmittedDesign, options: IverilogOptions) {
    this.ports = design.ports
    this.layout = recordLayout(this.ports)
    this.inputs = new Uint32Array(this.layout.inputWords)
    this.unknownIsError = options.x !== 'zero'
    this.checksAssertions = options.assertions ?? false
    const timeoutSeconds = options.timeoutSeconds ?? 300
    const { waves } = options
    const format = waves === undefined ? undefined : waveFormat(waves)
    const compiled = compileBench(design, {
      unknownAsZero: !this.unknownIsError,
      waves: waves === undefined ? undefined : { ...waves, file: resolve(waves.file) },
      assertions: this.checksAssertions,
      timeoutSeconds,
    })
    try {
      const args = ['-n', compiled.program, ...(format === 'fst' ? ['-fst'] : [])]
      this.child = new SyncChild(compiled.vvp, args, {
        cwd: compiled.directory,
        pipesAt: 3,
        timeoutSeconds,
        label: 'the Icarus simulation',
      })
      this.expectReady(waves?.file)
    } finally {
      // The process has read everything by the time that it is ready.
      compiled.remove()
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
    const wanted = BigInt.asUintN(width, value)
    if (readValue(this.inputs, offset, width) === wanted) return
    writeValue(this.inputs, offset, width, wanted)
    this.request(Opcode.poke, port, wanted.toString(16))
    this.outputs = undefined
  }

  peek(port: number): bigint {
    const { width, direction, role } = portAt(this.ports, port)
    const offset = this.layout.offsets[port]!
    if (direction === 'input') return role === 'clock' ? 0n : readValue(this.inputs, offset, width)
    this.outputs ??= this.requestOutputs()
    const digits = portDigits(this.outputs, this.ports[port]!, offset)
    if (isUnknown(digits)) throw unknownValue(this.ports[port]!, digits, this.cycle)
    return BigInt(`0x${digits}`)
  }

  step(clockPort: number, cycles: number): void {
    clockAt(this.ports, clockPort)
    for (const { size } of batchSizes(cycles, exchangeCycles)) {
      this.request(Opcode.step, clockPort, size)
      this.outputs = undefined
      this.cycle += size
      this.unansweredCycles += size
      if (this.unansweredCycles >= exchangeCycles) this.outputs = this.requestOutputs()
    }
  }

  /** Runs the whole batch before it complains about the first unknown output. */
  runVectors({ clockPort, cycles, stimulus }: VectorBatch): Uint32Array {
    clockAt(this.ports, clockPort)
    const { inputWords, outputWords } = this.layout
    if (stimulus.length !== cycles * inputWords) {
      throw new RangeError(
        `${cycles} cycles take ${cycles * inputWords} words of stimulus, not ${stimulus.length}`,
      )
    }
    const results = new Uint32Array(cycles * outputWords)
    let unknown: Error | undefined
    for (const { first, size } of batchSizes(cycles, exchangeCycles)) {
      const records = Array.from({ length: size }, (_, index) =>
        recordText(stimulus, (first + index) * inputWords, inputWords),
      )
      this.request(Opcode.run, clockPort, size, ...records)
      this.send()
      for (let index = first; index < first + size; index++) {
        const line = this.child.readLine()
        if (this.unknownIsError) unknown ??= this.findUnknown(line, this.cycle + index - first)
        parseRecord(line, results.subarray(index * outputWords, (index + 1) * outputWords))
      }
      this.cycle += size
      this.answered()
    }
    if (cycles > 0) {
      this.inputs.set(stimulus.subarray(stimulus.length - inputWords))
      this.outputs = undefined
    }
    if (unknown !== undefined) throw unknown
    return results
  }

  runUntil(clockPort: number, port: number, value: bigint, maxCycles: number): number | undefined {
    clockAt(this.ports, clockPort)
    const { width } = outputAt(this.ports, port)
    const wanted = BigInt.asUintN(width, value).toString(16)
    this.outputs = undefined
    let done = 0
    do {
      const cycles = Math.min(maxCycles - done, exchangeCycles)
      this.request(Opcode.runUntil, clockPort, port, cycles, wanted)
      const [reached, taken] = this.answer().split(' ').map(Number)
      done += taken!
      this.cycle += taken!
      if (reached === 1) return done
    } while (done < maxCycles)
    return undefined
  }

  /** Leaves out the cycles until {@link resumeWaves} from the waveform. */
  pauseWaves(): void {
    this.request(Opcode.waveEnable, 0)
  }

  resumeWaves(): void {
    this.request(Opcode.waveEnable, 1)
  }

  /** Ends the process; a waveform is complete after this. May be called again. */
  close(): void {
    this.child.close(Buffer.from(`${this.requests}${Opcode.quit}\n`, 'latin1'))
    this.requests = ''
  }

  private request(opcode: OpcodeValue, ...args: readonly (number | string)[]): void {
    if (this.requests.length > postCharacters) {
      this.child.post(Buffer.from(this.requests, 'latin1'))
      this.requests = ''
    }
    this.requests += `${[opcode, ...args].join(' ')}\n`
  }

  private requestOutputs(): string {
    this.request(Opcode.peekOutputs)
    return this.answer()
  }

  /** Sends what was collected and reads the one line that answers it. */
  private answer(): string {
    this.send()
    const line = this.child.readLine()
    this.answered()
    return line
  }

  private send(): void {
    this.child.send(Buffer.from(this.requests, 'latin1'))
    this.requests = ''
  }

  private answered(): void {
    this.unansweredCycles = 0
    if (!this.checksAssertions || this.child.printedBytes === this.printedBytes) return
    this.printedBytes = this.child.printedBytes
    if (/^ERROR: /m.test(this.child.printed)) {
      throw this.child.fail(
        new Error(`the design reported an error by cycle ${this.cycle}${this.child.describeLog()}`),
      )
    }
  }

  /** The complaint about the first unknown output of a record. */
  private findUnknown(record: string, cycle: number): Error | undefined {
    if (!isUnknown(record)) return undefined
    for (const [index, port] of this.ports.entries()) {
      if (port.direction === 'input') continue
      const digits = portDigits(record, port, this.layout.offsets[index]!)
      if (isUnknown(digits)) return unknownValue(port, digits, cycle)
    }
    return undefined
  }

  private expectReady(waveFile: string | undefined): void {
    try {
      if (this.child.readLine() === 'ready') return
      throw this.child.fail(new Error('the Icarus simulation did not start as expected'))
    } catch (error) {
      const unwritable = / Error: .*Unable to open .* for output/.test(this.child.printed)
      this.close()
      if (waveFile === undefined || !unwritable) throw error
      throw new InputError('the waveform cannot be written', { file: waveFile })
    }
  }
}

function unknownValue({ name, width }: EmittedPort, digits: string, cycle: number): Error {
  const value = digits.slice(-Math.ceil(width / 4))
  return new Error(
    `${name} is unknown in cycle ${cycle}: ${width}'h${value}; a register or memory has no value yet`,
  )
}
