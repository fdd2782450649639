import { describe, expect, it } from 'vitest'
import { InputError } from '../../common/input-error.js'
import { openEmbedded } from './embedded-engine.js'
import { CheckError } from './options.js'
import { DesignBuilder } from './testing/design-builder.js'

/** An 8-bit counter with an active-low asynchronous reset to 5 and an enable. */
function counter(): DesignBuilder {
  const b = new DesignBuilder('counter')
  const clock = b.clock()
  const reset = b.input('rst_ni', 1, 'reset')
  const enable = b.input('en_i', 1)
  const q = b.register('count_q', 8, {
    clock,
    reset: { net: reset, style: 'async', activeLow: true, value: 5n },
    enable,
  })
  b.next(q, b.binary('add', q, b.constant(8, 1)))
  b.output('count_o', q)
  return b
}
const [clk, rst, en, count] = [0, 1, 2, 3]

describe('the embedded engine as an engine', () => {
  it('lists inputs before outputs', () => {
    const { ports } = openEmbedded(counter().build())
    expect(ports.map(({ name, role }) => `${name}:${role}`)).toEqual([
      'clk_i:clock',
      'rst_ni:reset',
      'en_i:data',
      'count_o:data',
    ])
  })

  it('starts in an active-low reset, which acts without a clock edge', () => {
    const engine = openEmbedded(counter().build())
    engine.poke(rst, 1n)
    engine.poke(en, 1n)
    expect(engine.peek(count)).toBe(5n)
    engine.step(clk, 3)
    expect(engine.peek(count)).toBe(8n)
    engine.poke(rst, 0n)
    expect(engine.peek(count)).toBe(5n)
    engine.poke(rst, 1n)
    expect(engine.peek(count)).toBe(5n)
    expect(engine.cycle(clk)).toBe(3n)
  })

  it('takes pokes modulo the width', () => {
    const engine = openEmbedded(counter().build())
    engine.poke(en, -1n)
    expect(engine.peek(en)).toBe(1n)
  })

  it('runs vectors like pokes, peeks and steps, over more than one hand-over', () => {
    const cycles = 50_000
    const stimulus = new Uint32Array(2 * cycles)
    for (let cycle = 0; cycle < cycles; cycle++) {
      stimulus[2 * cycle] = cycle % 1000 === 0 ? 0 : 1
      stimulus[2 * cycle + 1] = cycle % 3 === 0 ? 0 : 0xffff_ffff
    }
    const results = openEmbedded(counter().build()).runVectors({ clockPort: clk, cycles, stimulus })
    const engine = openEmbedded(counter().build())
    for (let cycle = 0; cycle < cycles; cycle++) {
      engine.poke(rst, BigInt(stimulus[2 * cycle]!))
      engine.poke(en, BigInt(stimulus[2 * cycle + 1]!))
      if (BigInt(results[cycle]!) !== engine.peek(count)) expect(cycle).toBe(-1)
      engine.step(clk, 1)
    }
  })

  it('refuses stimulus of the wrong length, unknown ports and poked clocks', () => {
    const engine = openEmbedded(counter().build())
    expect(() =>
      engine.runVectors({ clockPort: clk, cycles: 2, stimulus: new Uint32Array(3) }),
    ).toThrow('2 cycles take 4 words')
    expect(() => engine.poke(count, 0n)).toThrow(RangeError)
    expect(() => engine.peek(9)).toThrow(RangeError)
    expect(() => engine.poke(clk, 1n)).toThrow('is a clock')
    expect(() => engine.step(en, 1)).toThrow('is no clock')
  })

  it('shows any signal by its path', () => {
    const b = counter()
    const doubled = b.instance(1, 'u_sub', () => {
      const net = b.net('concat', 9, [b.build().outputs[0]!.net, b.constant(1, 0)])
      b.signal('doubled', net)
      return net
    })
    expect(doubled).toBeGreaterThan(0)
    const engine = openEmbedded(b.build())
    expect(engine.peekSignal('u_sub.doubled')).toBe(10n)
    engine.poke(rst, 1n)
    engine.poke(en, 1n)
    engine.step(clk, 2)
    expect(engine.peekSignal('u_sub.doubled')).toBe(14n)
    expect(engine.peekSignal('count_q')).toBe(7n)
    expect(() => engine.peekSignal('nothing')).toThrow('no signal nothing')
  })

  it('refuses black boxes', () => {
    const b = counter()
    b.output('box_o', b.net('blackBox', 1))
    expect(() => openEmbedded(b.build())).toThrow(InputError)
  })

  it('refuses an asynchronous reset that resets its own source', () => {
    const b = new DesignBuilder('loop')
    const clock = b.clock()
    const q = b.register('q', 1, {
      clock,
      reset: { net: 1, style: 'async', activeLow: false, value: 0n },
    })
    expect(q).toBe(1)
    b.output('q_o', q)
    expect(() => openEmbedded(b.build())).toThrow('asynchronous reset depends on a register')
  })
})

describe('checks', () => {
  function checked(): DesignBuilder {
    const b = counter()
    const { outputs } = b.build()
    const q = outputs[0]!.net
    const reset = { net: 1, activeLow: true }
    const below7 = b.binary('ult', q, b.constant(8, 7))
    const six = b.binary('eq', q, b.constant(8, 6))
    b.check({ kind: 'assert', path: 'u_a.below_7', condition: below7, clock: 0, reset })
    b.check({ kind: 'cover', path: 'six', condition: six, clock: 0 })
    return b
  }

  it('stops before the edge at which an assertion fails, with its path and cycle', () => {
    const engine = openEmbedded(checked().build())
    engine.step(clk, 10)
    engine.poke(rst, 1n)
    engine.poke(en, 1n)
    expect(() => engine.step(clk, 10)).toThrow(
      new CheckError({
        kind: 'assert',
        path: 'u_a.below_7',
        cycle: 12n,
      }),
    )
    expect(engine.peek(count)).toBe(7n)
  })

  it('collects failures when asked to, and counts covers', () => {
    const engine = openEmbedded(checked().build(), { checks: 'collect' })
    engine.poke(rst, 1n)
    engine.peek(count)
    engine.poke(rst, 0n)
    engine.peek(count)
    engine.poke(rst, 1n)
    engine.poke(en, 1n)
    engine.step(clk, 4)
    expect(engine.failures.map(({ cycle }) => cycle)).toEqual([2n, 3n])
    expect(engine.coverage()).toEqual([{ path: 'six', count: 1n }])
  })
})
