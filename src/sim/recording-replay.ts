import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { InputError } from '../common/input-error.js'
import type { Engine } from './engine.js'
import { Opcode } from './recording-format.js'
import { readValue, recordLayout } from './recording-layout.js'
import { type RecordedFrame, RecordingReader } from './recording-reader.js'
import type { VerilatorExecutable } from './verilator/build.js'
import { simulatorCommand } from './verilator/simulator-command.js'

/** Where a replay first differs from its recording. */
export interface ReplayDifference {
  /** Rising edges before. */
  readonly cycle: number
  readonly port: string
  readonly expected: bigint
  readonly got: bigint
}

export interface ReplayResult {
  /** Cycles replayed without a difference. */
  readonly cycles: number
  readonly difference: ReplayDifference | undefined
}

/**
 * Re-runs a recording in a simulator process, all in native code.
 *
 * @param waveform writes a waveform of the whole design, for which the executable must have been built
 * @throws InputError when the file is no recording of the executable's ports; Error when the process
 *   fails or the design stops
 */
export function replayRecording(
  file: string,
  executable: VerilatorExecutable,
  waveform?: string,
): ReplayResult {
  new RecordingReader(file, executable.ports).close()
  const args = ['--replay', resolve(file)]
  if (waveform !== undefined) args.push('--waveform', resolve(waveform))
  const touched = waveform === undefined ? [file] : [file, waveform]
  const [command, argv] = simulatorCommand(executable, args, touched)
  const run = spawnSync(command, argv, { cwd: executable.directory, encoding: 'utf8' })
  const equal = /^(\d+) cycles, no difference$/m.exec(run.stdout ?? '')
  if (equal !== null) return { cycles: Number(equal[1]), difference: undefined }
  const different = /^cycle (\d+): (\S+): expected (0x[0-9a-f]+), got (0x[0-9a-f]+)$/m.exec(
    run.stdout ?? '',
  )
  if (different === null) {
    const reason = run.error?.message ?? run.signal ?? `exit code ${run.status}`
    throw new Error(`the replay failed (${reason}): ${(run.stderr ?? '').trim()}`)
  }
  const [, cycle, port, expected, got] = different
  return {
    cycles: Number(cycle),
    difference: {
      cycle: Number(cycle),
      port: port!,
      expected: BigInt(expected!),
      got: BigInt(got!),
    },
  }
}

/**
 * Re-runs a recording on any engine with the ports that it was recorded from.
 *
 * @throws InputError when the file is no such recording or is damaged.
 */
export function replayOnEngine(file: string, engine: Engine): ReplayResult {
  const reader = new RecordingReader(file, engine.ports)
  try {
    return new Replay(file, reader, engine).run()
  } finally {
    reader.close()
  }
}

/** One line for people: `cycle 17: sum_o: expected 0x0a, got 0x0b`. */
export function describeReplay({ cycles, difference }: ReplayResult): string {
  if (difference === undefined) return `${cycles} cycles, no difference`
  const { cycle, port, expected, got } = difference
  return `cycle ${cycle}: ${port}: expected 0x${expected.toString(16)}, got 0x${got.toString(16)}`
}

class Replay {
  private readonly layout
  private cycle = 0

  constructor(
    private readonly file: string,
    private readonly reader: RecordingReader,
    private readonly engine: Engine,
  ) {
    this.layout = recordLayout(engine.ports)
  }

  run(): ReplayResult {
    for (let frame = this.reader.next(); frame !== undefined; frame = this.reader.next()) {
      const difference = this.performChecked(frame)
      if (difference !== undefined) return { cycles: difference.cycle, difference }
    }
    return { cycles: this.cycle, difference: undefined }
  }

  /** What an engine refuses as out of range did not come from one. */
  private performChecked(frame: RecordedFrame): ReplayDifference | undefined {
    try {
      return this.perform(frame)
    } catch (error) {
      throw error instanceof RangeError ? this.damaged(error.message) : error
    }
  }

  private perform({ opcode, payload }: RecordedFrame): ReplayDifference | undefined {
    const { engine } = this
    const [port, cycles] = payload
    switch (opcode) {
      case Opcode.poke:
        engine.poke(port!, readValue(payload, 1, this.widthOf(port)))
        return undefined
      case Opcode.step:
        engine.step(port!, cycles!)
        this.cycle += cycles!
        return undefined
      case Opcode.peek:
        return this.comparePeek(port!)
      case Opcode.run:
        return this.compareRun(port!, cycles!, payload.subarray(2))
      default:
        throw this.damaged(`unexpected opcode ${opcode}`)
    }
  }

  private comparePeek(port: number): ReplayDifference | undefined {
    const width = this.widthOf(port)
    const got = this.engine.peek(port)
    const expected = this.nextValues(Math.ceil(width / 32))
    return expected && this.compare(port, this.cycle, readValue(expected, 0, width), got)
  }

  private compareRun(
    clockPort: number,
    cycles: number,
    stimulus: Uint32Array,
  ): ReplayDifference | undefined {
    const { outputWords, offsets } = this.layout
    const got = this.engine.runVectors({ clockPort, cycles, stimulus })
    const expected = this.nextValues(got.length)
    for (let index = 0; expected !== undefined && index < got.length; index++) {
      if (expected[index] === got[index]) continue
      const record = Math.floor(index / outputWords)
      for (const [port, { direction, width }] of this.engine.ports.entries()) {
        if (direction === 'input') continue
        const at = record * outputWords + offsets[port]!
        const values = [expected, got].map((words) => readValue(words, at, width))
        const difference = this.compare(port, this.cycle + record, values[0]!, values[1]!)
        if (difference !== undefined) return difference
      }
    }
    this.cycle += cycles
    return undefined
  }

  private compare(
    port: number,
    cycle: number,
    expected: bigint,
    got: bigint,
  ): ReplayDifference | undefined {
    if (expected === got) return undefined
    return { cycle, port: this.engine.ports[port]!.name, expected, got }
  }

  /** The recorded answer; undefined when the recording ends before. */
  private nextValues(words: number): Uint32Array | undefined {
    const frame = this.reader.next()
    if (frame === undefined) return undefined
    if (frame.opcode !== Opcode.values || frame.payload.length !== words) {
      throw this.damaged('an answer has the wrong length')
    }
    return frame.payload
  }

  private widthOf(port: number | undefined): number {
    const width = this.engine.ports[port ?? -1]?.width
    if (width === undefined) throw this.damaged(`no port with index ${port}`)
    return width
  }

  private damaged(what: string): InputError {
    return new InputError(`damaged recording: ${what}`, { file: this.file })
  }
}
