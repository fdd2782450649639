import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { counter, memories, multiplyAccumulate } from '../../../testbench/example-designs.js'
import { InputError } from '../../common/input-error.js'
import { nativeSuite } from '../../common/tools.js'
import type { EmittedDesign } from '../../emit/emitted-design.js'
import { openIverilog } from './index.js'

const suite = nativeSuite('Icarus engine', ['iverilog', 'vvp'])
const [clock, reset, enable, count] = [0, 1, 2, 3]

function edited(design: EmittedDesign, from: string, to: string): EmittedDesign {
  const files = design.files.map(({ path, text }) => ({ path, text: text.replace(from, to) }))
  return { ...design, files }
}

/** The RAM of this design is not known to the bench, so it starts unknown. */
const forgetful: EmittedDesign = {
  ...memories,
  unresetState: memories.unresetState.filter(({ path }) => path !== 'ram'),
}

describe.skipIf(suite.skip)(suite.title, () => {
  const opened: { close(): void }[] = []
  const folders: string[] = []

  function open(...args: Parameters<typeof openIverilog>) {
    const engine = openIverilog(...args)
    opened.push(engine)
    return engine
  }

  function temporaryFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    folders.push(folder)
    return folder
  }

  afterEach(() => {
    for (const engine of opened.splice(0)) engine.close()
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  test('starts with asynchronous resets applied and counts', () => {
    const engine = open(counter)
    expect(engine.peek(count)).toBe(9n)
    engine.poke(reset, 1n)
    engine.poke(enable, 1n)
    engine.step(clock, 3000)
    expect(engine.peek(count)).toBe((9n + 3000n) % 256n)
    engine.poke(reset, 0n)
    expect(engine.peek(count)).toBe(9n)
  })

  test('ends on processes that override defaults and follow one another, from unknown to known inputs', () => {
    const chain = edited(
      counter,
      '  assign count_o = count_q;',
      `  logic first, second;
  logic [7:0] third;
  always_comb begin
    first = 1'b0;
    if (en_i) first = 1'b1;
  end
  always_comb begin
    second = 1'b0;
    if (en_i) second = first;
  end
  always_comb begin
    third = count_q;
    if (second) third = 8'd77;
  end
  assign count_o = third;`,
    )
    const engine = open(chain, { timeoutSeconds: 20 })
    expect(engine.peek(count)).toBe(9n)
    engine.poke(enable, 1n)
    expect(engine.peek(count)).toBe(77n)
    engine.poke(enable, 0n)
    expect(engine.peek(count)).toBe(9n)
  })

  test('runs until an output has a value', () => {
    const engine = open(counter)
    engine.poke(reset, 1n)
    engine.poke(enable, 1n)
    expect(engine.runUntil(clock, count, 9n, 0)).toBe(0)
    expect(engine.runUntil(clock, count, 20n, 11)).toBe(11)
    expect(engine.runUntil(clock, count, 5n, 100)).toBeUndefined()
    expect(engine.peek(count)).toBe(120n)
    engine.poke(enable, 0n)
    expect(engine.runUntil(clock, count, 0n, 2000)).toBeUndefined()
  })

  test('keeps the last record of a batch on the inputs', () => {
    const engine = open(counter)
    engine.runVectors({ clockPort: clock, cycles: 2, stimulus: Uint32Array.of(0, 0, 1, 1) })
    engine.step(clock, 1)
    expect(engine.peek(count)).toBe(11n)
    expect(engine.peek(reset)).toBe(1n)
  })

  test('an unknown output is an error with its cycle, and reading known ones goes on', () => {
    const engine = open(forgetful)
    const [address, write, data, rom, ram] = [1, 2, 3, 4, 5]
    engine.step(0, 2)
    expect(() => engine.peek(ram)).toThrow(
      "ram_o is unknown in cycle 2: 16'hxxxx; a register or memory has no value yet",
    )
    expect(engine.peek(rom)).toBe(0xbeefn)
    const records = [
      [0, 1, 7],
      [0, 0, 0],
      [1, 0, 0],
    ]
    const stimulus = Uint32Array.from(records.flat())
    expect(() => engine.runVectors({ clockPort: 0, cycles: 3, stimulus })).toThrow(
      "ram_o is unknown in cycle 2: 16'hxxxx",
    )
    engine.poke(address, 0n)
    engine.poke(write, 0n)
    engine.poke(data, 0n)
    expect(engine.peek(ram)).toBe(7n)
  })

  test('unknown bits are zeros on demand, the known bits beside them kept', () => {
    const partly = edited(forgetful, 'ram_o = ram[addr_i]', "ram_o = {ram[addr_i][15:2], 2'b10}")
    const engine = open(partly, { x: 'zero' })
    expect(engine.peek(5)).toBe(2n)
    const outputs = engine.runVectors({ clockPort: 0, cycles: 1, stimulus: new Uint32Array(3) })
    expect([...outputs]).toEqual([0, 2])
  })

  test('a process killed during a run is an error, now and later', () => {
    const engine = open(counter)
    const killer = spawn('sh', ['-c', `sleep 0.2; kill -9 ${engine.pid}`], { stdio: 'ignore' })
    killer.unref()
    const killed = /the Icarus simulation ended unexpectedly( \(killed by SIGKILL\))?$/
    expect(() => engine.runUntil(clock, count, 200n, 4e9)).toThrow(killed)
    expect(() => engine.peek(count)).toThrow(killed)
  })

  test('a design that never settles is an error after the time limit', () => {
    const oscillating = edited(
      counter,
      'endmodule',
      "  wire loop; assign loop = en_i ? ~loop : 1'b0;\nendmodule",
    )
    const engine = open(oscillating, { timeoutSeconds: 1 })
    engine.poke(enable, 1n)
    expect(() => engine.peek(count)).toThrow('the Icarus simulation did not answer for 1 s')
  })

  test('failed assertions are errors when they are checked', () => {
    const asserting = edited(
      counter,
      'endmodule',
      `  always @(posedge clk_i) begin
    if (rst_ni) begin
      assert (count_q != 8'd11) else $error("eleven");
    end
  end
endmodule`,
    )
    const stimulus = new Uint32Array(20).fill(1)
    const batch = { clockPort: clock, cycles: 10, stimulus }
    expect(open(asserting).runVectors(batch)).toHaveLength(10)
    expect(() => open(asserting, { assertions: true }).runVectors(batch)).toThrow(
      /the design reported an error by cycle 10; it printed: ERROR: counter.sv:\d+: eleven/,
    )
  })

  test('what the design prints is kept apart from answers', () => {
    const printing = edited(counter, 'endmodule', '  initial $display("10 20");\nendmodule')
    const engine = open(printing)
    expect(engine.peek(count)).toBe(9n)
    expect(engine.printed).toBe('10 20\n')
  })

  test('a design that stops itself is an error with what it printed', () => {
    const stopping = edited(
      counter,
      'endmodule',
      '  always @(posedge clk_i) if (rst_ni) $fatal(1, "enough");\nendmodule',
    )
    const engine = open(stopping)
    engine.poke(reset, 1n)
    engine.step(clock, 1)
    expect(() => engine.peek(count)).toThrow(/ended unexpectedly.*it printed: FATAL: .*enough/s)
  })

  test('reports a syntax error with the place in the design, and leaves nothing behind', () => {
    const broken = edited(counter, 'count_q + 8', 'count_q +; 8')
    expect(() => open(broken)).toThrow(InputError)
    expect(() => open(broken)).toThrow(/^counter\.sv:11: iverilog: syntax error/)
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith('romulus-iverilog-'))
    expect(left.filter((name) => readdirSync(join(tmpdir(), name)).includes('counter.sv'))).toEqual(
      [],
    )
  })

  test('reports a module that is missing', () => {
    const incomplete = edited(counter, 'endmodule', '  absent u_absent ();\nendmodule')
    expect(() => open(incomplete)).toThrow('counter.sv:15: iverilog: Unknown module type: absent')
  })

  test('writes a VCD with the same scopes and times as the other engines', () => {
    const file = join(temporaryFolder(), 'wave "1".vcd')
    const engine = open(multiplyAccumulate, { waves: { file } })
    engine.poke(1, 1n)
    engine.poke(2, 3n)
    engine.poke(3, 5n)
    engine.step(0, 4)
    engine.close()
    const vcd = readFileSync(file, 'utf8')
    expect(vcd).toMatch(/\$scope module u_mac \$end/)
    expect(vcd).toMatch(/^\s*1ps$/m)
    const code = /\$var reg +20 (\S+) acc_q /.exec(vcd)?.[1]
    let time = 0
    const values: [number, number][] = []
    for (const [, stamp, bits, signal] of vcd.matchAll(/^(?:#(\d+)|b([01]+) (\S+))$/gm)) {
      if (stamp !== undefined) time = Number(stamp)
      else if (signal === code && time >= 5000) values.push([time, Number.parseInt(bits!, 2)])
    }
    expect(values).toEqual([
      [15_000, 15],
      [25_000, 30],
      [35_000, 45],
    ])
  })

  test('limits a waveform to a scope and a depth, and can leave out cycles', () => {
    const variables = (waves: { scope?: string; depth?: number }) => {
      const file = join(temporaryFolder(), 'wave.vcd')
      const engine = open(multiplyAccumulate, { waves: { file, ...waves } })
      engine.pauseWaves()
      engine.step(0, 2)
      engine.resumeWaves()
      engine.step(0, 1)
      engine.close()
      const vcd = readFileSync(file, 'utf8')
      expect(vcd).not.toMatch(/^#15000$/m)
      expect(vcd).toMatch(/^#25000$/m)
      return [...vcd.matchAll(/\$var \w+ +\d+ \S+ (\w+)/g)].map(([, name]) => name!)
    }
    const inside = variables({ scope: 'u_mac' })
    expect(inside).toContain('product_q')
    expect(inside).not.toContain('negative_o')
    const outside = variables({ depth: 1 })
    expect(outside).toContain('negative_o')
    expect(outside).not.toContain('product_q')
    expect(() => variables({ scope: 'u_nothing' })).toThrow('no instance u_nothing below the top')
  })

  test('writes FST', () => {
    const file = join(temporaryFolder(), 'wave.fst')
    const engine = open(counter, { waves: { file } })
    engine.step(clock, 10)
    engine.close()
    // First block: header of 329 bytes, big-endian length after the type.
    expect([...readFileSync(file).subarray(0, 9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0x49])
  })

  test('refuses a waveform that cannot be written', () => {
    const file = join(temporaryFolder(), 'missing', 'x.vcd')
    expect(() => open(counter, { waves: { file } })).toThrow(/x\.vcd: .*cannot be written/)
  })
})
