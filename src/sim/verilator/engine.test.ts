import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { counter, multiplyAccumulate, twoClocks } from '../../../testbench/example-designs.js'
import { nativeSuite } from '../../common/tools.js'
import type { EmittedDesign } from '../../emit/emitted-design.js'
import { buildVerilator, openVerilator, type VerilatorExecutable } from './index.js'

const suite = nativeSuite('Verilator engine', ['verilator', 'g++'])
const [clock, reset, enable, count] = [0, 1, 2, 3]

/** Prints, fails an assertion at 12, and stops at 15. */
const talkative: EmittedDesign = {
  ...counter,
  files: counter.files.map((file) => ({
    ...file,
    text: file.text.replace(
      'endmodule',
      `  always @(posedge clk_i) begin
    if (count_q == 8'd10) $display("ten");
    if (rst_ni) begin
      assert (count_q != 8'd12) else $error("twelve");
    end
    if (count_q == 8'd15) $stop;
  end
endmodule`,
    ),
  })),
}

describe.skipIf(suite.skip)(suite.title, () => {
  let executable: VerilatorExecutable
  const opened: { close(): void }[] = []
  const folders: string[] = []

  function open(...args: Parameters<typeof openVerilator>) {
    const engine = openVerilator(...args)
    opened.push(engine)
    return engine
  }

  function temporaryFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    folders.push(folder)
    return folder
  }

  beforeAll(async () => {
    executable = await buildVerilator(counter)
  })

  afterEach(() => {
    for (const engine of opened.splice(0)) engine.close()
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  test('starts with asynchronous resets applied and counts', () => {
    const engine = open(executable)
    expect(engine.peek(count)).toBe(9n)
    engine.poke(reset, 1n)
    engine.poke(enable, -1n)
    engine.step(clock, 3)
    expect(engine.peek(count)).toBe(12n)
    expect(engine.peek(enable)).toBe(1n)
    expect(engine.peek(clock)).toBe(0n)
    engine.poke(reset, 0n)
    expect(engine.peek(count)).toBe(9n)
  })

  test('steps further than one exchange', () => {
    const engine = open(executable)
    engine.poke(reset, 1n)
    engine.poke(enable, 1n)
    engine.step(clock, 100_000)
    expect(engine.peek(count)).toBe((9n + 100_000n) % 256n)
  })

  test('runs until an output has a value', () => {
    const engine = open(executable)
    engine.poke(reset, 1n)
    engine.poke(enable, 1n)
    expect(engine.runUntil(clock, count, 9n, 0)).toBe(0)
    expect(engine.runUntil(clock, count, 20n, 11)).toBe(11)
    expect(engine.runUntil(clock, count, 5n, 100)).toBeUndefined()
    expect(engine.peek(count)).toBe(120n)
    engine.poke(enable, 0n)
    expect(engine.runUntil(clock, count, 0n, 50_000)).toBeUndefined()
  })

  test('keeps the last record of a batch on the inputs', () => {
    const engine = open(executable)
    engine.runVectors({ clockPort: clock, cycles: 2, stimulus: Uint32Array.of(0, 0, 1, 1) })
    expect(engine.peek(count)).toBe(10n)
    engine.step(clock, 1)
    expect(engine.peek(count)).toBe(11n)
    expect(engine.peek(reset)).toBe(1n)
  })

  test('refuses what no bench may do', () => {
    const engine = open(executable)
    expect(() => engine.poke(count, 1n)).toThrow('count_o is an output: it cannot be poked')
    expect(() => engine.poke(clock, 1n)).toThrow('clk_i is a clock: step it, do not poke it')
    expect(() => engine.step(enable, 1)).toThrow('en_i is not a clock input: it cannot be stepped')
    expect(() => engine.peek(4)).toThrow('no port with index 4: the design has 4 ports')
    expect(() => engine.runUntil(clock, enable, 1n, 1)).toThrow('en_i is an input')
    const stimulus = new Uint32Array(3)
    expect(() => engine.runVectors({ clockPort: clock, cycles: 2, stimulus })).toThrow(
      '2 cycles take 4 words of stimulus, not 3',
    )
  })

  test('a process killed during a run is an error, now and later', () => {
    const engine = open(executable)
    engine.step(clock, 1)
    const killer = spawn('sh', ['-c', `sleep 0.2; kill -9 ${engine.pid}`], { stdio: 'ignore' })
    killer.unref()
    const killed = /the Verilator simulation ended unexpectedly( \(killed by SIGKILL\))?$/
    expect(() => engine.runUntil(clock, count, 200n, 4e9)).toThrow(killed)
    expect(() => engine.step(clock, 1)).not.toThrow()
    expect(() => engine.peek(count)).toThrow(killed)
  })

  test('a process that does not answer is an error after the time limit', () => {
    const engine = open(executable, { timeoutSeconds: 0.2 })
    process.kill(engine.pid, 'SIGSTOP')
    expect(() => engine.peek(count)).toThrow('the Verilator simulation did not answer for 0.2 s')
  })

  test('a closed simulation is an error', () => {
    const engine = open(executable)
    engine.close()
    engine.close()
    expect(() => engine.peek(count)).toThrow('the Verilator simulation is closed')
  })

  test('an executable of other ports is refused', () => {
    const ports = counter.ports.map((port) => ({ ...port, signed: true }))
    expect(() => open({ ...executable, ports })).toThrow(
      `${executable.path}: the executable was built for other ports (build it again)`,
    )
  })

  test('an executable that is missing or damaged is an error', () => {
    expect(() => open({ ...executable, path: '/nonexistent' })).toThrow(
      'cannot start the Verilator simulation: /nonexistent is not executable',
    )
    expect(() => open({ ...executable, path: '/bin/true' })).toThrow(
      'the Verilator simulation ended unexpectedly',
    )
  })

  test('what the design prints is kept, and assertions are off', async () => {
    const engine = open(await buildVerilator(talkative))
    engine.poke(reset, 1n)
    engine.poke(enable, 1n)
    engine.step(clock, 5)
    expect(engine.peek(count)).toBe(14n)
    expect(engine.printed).toBe('ten\n')
    engine.step(clock, 3)
    expect(() => engine.peek(count)).toThrow(
      'the design stopped the simulation in cycle 6; it printed: ',
    )
    expect(() => engine.peek(count)).toThrow('Verilog $stop')
  })

  test('a failed assertion names the cycle and its message', async () => {
    const engine = open(await buildVerilator(talkative, { assertions: true }))
    const stimulus = new Uint32Array(20).fill(1)
    expect(() => engine.runVectors({ clockPort: clock, cycles: 10, stimulus })).toThrow(
      /the design stopped the simulation in cycle 3; it printed: ten\n.*counter\.sv:.*twelve/,
    )
  })

  test('writes a VCD of the whole design', async () => {
    const file = join(temporaryFolder(), 'wave.vcd')
    const engine = open(await buildVerilator(multiplyAccumulate, { waves: 'vcd' }), {
      waves: { file },
    })
    engine.poke(1, 1n)
    engine.poke(2, 3n)
    engine.poke(3, 5n)
    engine.step(0, 4)
    engine.close()
    const vcd = readFileSync(file, 'utf8')
    expect(vcd).toMatch(/\$scope module u_mac \$end/)
    expect(vcd).toMatch(/\$timescale\s+1ps/)
    const code = /\$var wire +20 (\S+) acc_q /.exec(vcd)?.[1]
    const changes = [...vcd.matchAll(/^(?:#(\d+)|b([01]+) (\S+))$/gm)]
    let time = 0
    const values: [number, number][] = []
    for (const [, stamp, bits, signal] of changes) {
      if (stamp !== undefined) time = Number(stamp)
      else if (signal === code) values.push([time, Number.parseInt(bits!, 2)])
    }
    expect(values).toEqual([
      [0, 0],
      [15_000, 15],
      [25_000, 30],
      [35_000, 45],
    ])
  })

  test('limits a waveform to a scope and a depth, and can leave out cycles', async () => {
    const built = await buildVerilator(multiplyAccumulate, { waves: 'vcd' })
    const variables = (waves: { scope?: string; depth?: number }) => {
      const file = join(temporaryFolder(), 'wave.vcd')
      const engine = open(built, { waves: { file, ...waves } })
      engine.pauseWaves()
      engine.step(0, 2)
      engine.resumeWaves()
      engine.step(0, 1)
      engine.close()
      const vcd = readFileSync(file, 'utf8')
      expect(vcd).not.toMatch(/^#0$/m)
      expect(vcd).toMatch(/^#20000$/m)
      return [...vcd.matchAll(/\$var wire +\d+ \S+ (\w+)/g)].map(([, name]) => name!)
    }
    const inside = variables({ scope: 'u_mac' })
    expect(inside).toContain('product_q')
    expect(inside).not.toContain('negative_o')
    const outside = variables({ depth: 1 })
    expect(outside).toContain('negative_o')
    expect(outside).not.toContain('product_q')
    expect(() => variables({ scope: 'u_nothing' })).toThrow('no signals in the scope u_nothing')
  })

  test('writes FST', async () => {
    const file = join(temporaryFolder(), 'wave.fst')
    const engine = open(await buildVerilator(counter, { waves: 'fst' }), { waves: { file } })
    engine.step(clock, 10)
    engine.close()
    // First block: header of 329 bytes, big-endian length after the type.
    expect([...readFileSync(file).subarray(0, 9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0x49])
  })

  test('refuses waveforms that were not built in or cannot be written', async () => {
    expect(() => open(executable, { waves: { file: 'x.vcd' } })).toThrow(
      "x.vcd: the executable was built without VCD waveforms (build it with waves: 'vcd')",
    )
    expect(() => open(executable, { waves: { file: 'x.wave' } })).toThrow('unknown waveform format')
    const built = await buildVerilator(multiplyAccumulate, { waves: 'vcd' })
    const file = join(temporaryFolder(), 'missing', 'x.vcd')
    expect(() => open(built, { waves: { file } })).toThrow('No such file or directory')
  })

  test('the clocks are independent, and state of falling edges sees the old inputs', async () => {
    const engine = open(await buildVerilator(twoClocks))
    const [clockA, clockB, resetPort, x, a, b, fall] = [0, 1, 2, 3, 4, 5, 6]
    engine.poke(resetPort, 1n)
    engine.poke(x, 4n)
    engine.step(clockB, 1)
    expect([engine.peek(a), engine.peek(b), engine.peek(fall)]).toEqual([1n, 3n, 0n])
    engine.step(clockA, 1)
    engine.poke(x, 7n)
    expect([engine.peek(a), engine.peek(b), engine.peek(fall)]).toEqual([5n, 3n, 4n])
  })
})
