import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { counter, exampleDesigns, multiplyAccumulate } from '../../testbench/example-designs.js'
import { InputError } from '../common/input-error.js'
import { nativeSuite } from '../common/tools.js'
import type { EmittedPort } from '../emit/emitted-design.js'
import { type Engine, stepUntil } from './engine.js'
import { openIverilog } from './iverilog/index.js'
import { recordEngine } from './recording.js'
import { recordLayout } from './recording-layout.js'
import { describeReplay, replayOnEngine, replayRecording } from './recording-replay.js'
import { buildVerilator, openVerilator } from './verilator/index.js'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
  file = join(folder, 'session.rec')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** An engine of the counter example without a simulator; it counts by `increment`. */
class SoftwareCounter implements Engine {
  readonly name = 'embedded'
  private readonly inputs = [0n, 0n, 0n]
  private count = 9

  constructor(
    private readonly increment = 1,
    readonly ports: readonly EmittedPort[] = counter.ports,
  ) {}

  poke(port: number, value: bigint): void {
    this.inputs[port] = value
  }

  peek(port: number): bigint {
    return port === 3 ? BigInt(this.inputs[1] === 1n ? this.count : 9) : this.inputs[port]!
  }

  step(_: number, cycles: number): void {
    if (this.inputs[1] !== 1n) this.count = 9
    else if (this.inputs[2] === 1n) this.count = (this.count + cycles * this.increment) & 255
  }

  runUntil(clockPort: number, port: number, value: bigint, maxCycles: number): number | undefined {
    return stepUntil(this, clockPort, port, value, maxCycles)
  }

  runVectors({ cycles, stimulus }: { cycles: number; stimulus: Uint32Array }): Uint32Array {
    return Uint32Array.from({ length: cycles }, (_, cycle) => {
      this.poke(1, BigInt(stimulus[2 * cycle]!))
      this.poke(2, BigInt(stimulus[2 * cycle + 1]!))
      const output = Number(this.peek(3))
      this.step(0, 1)
      return output
    })
  }

  close(): void {}
}

function session(engine: Engine): void {
  engine.poke(1, 1n)
  engine.poke(2, 1n)
  engine.step(0, 3)
  engine.peek(3)
  engine.runVectors({ clockPort: 0, cycles: 5, stimulus: new Uint32Array(10).fill(1) })
  engine.peek(2)
  engine.runUntil(0, 3, 20n, 100)
  engine.close()
}

describe('recordings', () => {
  test('replay equal on the same engine', () => {
    session(recordEngine(new SoftwareCounter(), file))
    expect(replayOnEngine(file, new SoftwareCounter())).toEqual({
      cycles: 11,
      difference: undefined,
    })
  })

  test('tell the first difference of another engine', () => {
    session(recordEngine(new SoftwareCounter(), file))
    const result = replayOnEngine(file, new SoftwareCounter(3))
    expect(result).toEqual({
      cycles: 3,
      difference: { cycle: 3, port: 'count_o', expected: 12n, got: 18n },
    })
    expect(describeReplay(result)).toBe('cycle 3: count_o: expected 0xc, got 0x12')
  })

  test('tell the cycle within a batch', () => {
    const recorder = recordEngine(new SoftwareCounter(), file)
    recorder.runVectors({ clockPort: 0, cycles: 5, stimulus: new Uint32Array(10).fill(1) })
    recorder.close()
    const { difference } = replayOnEngine(file, new SoftwareCounter(2))
    expect(difference).toEqual({ cycle: 1, port: 'count_o', expected: 10n, got: 11n })
  })

  test('hold batches of any length', () => {
    const cycles = 300_000
    const stimulus = new Uint32Array(2 * cycles).fill(1)
    const recorder = recordEngine(new SoftwareCounter(), file)
    const results = recorder.runVectors({ clockPort: 0, cycles, stimulus })
    recorder.close()
    expect(results[cycles - 1]).toBe((9 + cycles - 1) & 255)
    expect(replayOnEngine(file, new SoftwareCounter()).cycles).toBe(cycles)
  })

  test('are readable up to where they were cut off', () => {
    session(recordEngine(new SoftwareCounter(), file))
    const whole = readFileSync(file)
    for (let length = 24; length < whole.length; length++) {
      writeFileSync(file, whole.subarray(0, length))
      const { difference, cycles } = replayOnEngine(file, new SoftwareCounter())
      expect(difference).toBeUndefined()
      expect(cycles).toBeLessThanOrEqual(11)
    }
  })

  test('end with a batch that failed, and close the engine', () => {
    const engine = new SoftwareCounter()
    let closed = false
    engine.close = () => {
      closed = true
    }
    const recorder = recordEngine(engine, file)
    recorder.peek(3)
    engine.runVectors = () => {
      throw new Error('broken')
    }
    const batch = { clockPort: 0, cycles: 1, stimulus: new Uint32Array(2) }
    expect(() => recorder.runVectors(batch)).toThrow('broken')
    const { length } = readFileSync(file)
    recorder.peek(3)
    recorder.close()
    expect(readFileSync(file)).toHaveLength(length)
    expect(closed).toBe(true)
  })

  test.each([
    ['an empty file', () => writeFileSync(file, ''), 'not a recording'],
    ['another file', () => writeFileSync(file, 'GGUF'.repeat(20)), 'not a recording'],
    ['a missing file', () => rmSync(file), 'cannot be read: ENOENT'],
    ['a header cut off', () => truncateSync(file, 20), 'not a recording'],
    ['another version', () => patch(4, 77), 'recording of version 77; 1 is expected'],
    ['other ports', () => patch(8, 0), 'recorded with other ports than those of the design'],
    ['an empty frame', () => patch(24, 0), 'offset 24: broken frame of 0 bytes'],
    ['a crooked frame', () => patch(24, 7), 'offset 24: broken frame of 7 bytes'],
    ['an unknown opcode', () => patch(28, 99), 'damaged recording: unexpected opcode 99'],
    ['an unknown port', () => patch(32, 99), 'damaged recording: no port with index 99'],
  ])('are refused when they are %s', (_, damage, message) => {
    session(recordEngine(new SoftwareCounter(), file))
    damage()
    const replay = () => replayOnEngine(file, new SoftwareCounter())
    expect(replay).toThrow(InputError)
    expect(replay).toThrow(`${file}: ${message}`)
  })

  function patch(offset: number, word: number): void {
    const bytes = readFileSync(file)
    bytes.writeUInt32LE(word, offset)
    writeFileSync(file, bytes)
  }

  test('are refused when they cannot be written', () => {
    const inside = join(folder, 'missing', 'session.rec')
    const record = () => recordEngine(new SoftwareCounter(), inside)
    expect(record).toThrow(InputError)
    expect(record).toThrow(`${inside}: the recording cannot be written: ENOENT`)
  })

  test.skipIf(!existsSync('/dev/full'))('report a full disk', () => {
    expect(() => recordEngine(new SoftwareCounter(), '/dev/full')).toThrow(
      '/dev/full: the recording cannot be written: ENOSPC',
    )
    expect(existsSync('/dev/full')).toBe(true)
  })
})

const suite = nativeSuite('recordings of native engines', ['verilator', 'g++', 'iverilog', 'vvp'])

describe.skipIf(suite.skip)(suite.title, () => {
  test.each(Object.entries(exampleDesigns))('of %s replay on the others', async (_, design) => {
    const executable = await buildVerilator(design)
    const { inputWords } = recordLayout(design.ports)
    const clockPort = design.ports.findIndex(({ role }) => role === 'clock')
    const cycles = 30
    const [stimulus] = fc.sample(
      fc.uint32Array({ minLength: cycles * inputWords, maxLength: cycles * inputWords }),
      { numRuns: 1, seed: 7 },
    )
    const recorder = recordEngine(openVerilator(executable), file)
    recorder.runVectors({ clockPort, cycles, stimulus: stimulus! })
    for (const [port, { direction }] of design.ports.entries()) {
      if (direction === 'output') recorder.peek(port)
    }
    recorder.step(clockPort, 2)
    recorder.close()
    const equal = { cycles: 32, difference: undefined }
    expect(replayRecording(file, executable)).toEqual(equal)
    const icarus = openIverilog(design)
    expect(replayOnEngine(file, icarus)).toEqual(equal)
    icarus.close()
  })

  test('tell the first difference without TypeScript, with a waveform', async () => {
    const executable = await buildVerilator(counter)
    const recorder = recordEngine(new SoftwareCounter(17), file)
    recorder.poke(1, 1n)
    recorder.poke(2, 1n)
    recorder.peek(3)
    recorder.runVectors({ clockPort: 0, cycles: 2, stimulus: new Uint32Array(4).fill(1) })
    recorder.close()
    expect(replayRecording(file, executable)).toEqual({
      cycles: 1,
      difference: { cycle: 1, port: 'count_o', expected: 26n, got: 10n },
    })
    expect(() => replayRecording(file, executable, join(folder, 'replay.vcd'))).toThrow(
      'the replay failed (exit code 1): the model was built without waveforms',
    )
    const traced = await buildVerilator(counter, { waves: 'vcd' })
    replayRecording(file, traced, join(folder, 'replay.vcd'))
    expect(readFileSync(join(folder, 'replay.vcd'), 'utf8')).toContain('count_q')
  })

  test('refuse a damaged recording and one of other ports', async () => {
    const executable = await buildVerilator(counter)
    session(recordEngine(new SoftwareCounter(), file))
    const bytes = readFileSync(file)
    bytes.writeUInt32LE(99, 28)
    writeFileSync(file, bytes)
    expect(() => replayRecording(file, executable)).toThrow('malformed request: opcode')
    bytes.writeUInt32LE(7, 24)
    writeFileSync(file, bytes)
    expect(() => replayRecording(file, executable)).toThrow(`${file}: broken frame`)
    const other = { ...executable, ports: multiplyAccumulate.ports }
    expect(() => replayRecording(file, other)).toThrow('recorded with other ports')
  })
})
