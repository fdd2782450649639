import { expect, test } from 'vitest'
import {
  type Bool,
  bool,
  bundle,
  clock,
  defineModule,
  elaborate,
  input,
  type ModuleDefinition,
  output,
  type PortList,
  type Register,
  reset,
  type SInt,
  type SignalOf,
  sint,
  streamInput,
  streamOutput,
  type UInt,
  uint,
  type Vec,
  vec,
  type Wire,
} from '../index.js'
import { type Same, typeTrue } from './testing/type-equality.js'

const command = bundle({ address: uint(12), write: bool, data: vec(sint(8), 2) })

/** Builds a module that only its types matter of. */
function faultsOf<const P extends PortList>(
  ports: P,
  build: Parameters<typeof defineModule<P>>[2],
): readonly string[] {
  return defineModule('typed', ports, build).diagnostics.map(({ code }) => code)
}

test('types give their signals', () => {
  typeTrue<Same<SignalOf<typeof command>['address'], UInt<12>>>()
  typeTrue<Same<SignalOf<typeof command>['write'], Bool>>()
  const elements = vec(sint(8), 2)
  typeTrue<Same<SignalOf<typeof elements>, Vec<SInt<8>>>>()
  expect(command.width).toBe(29)
})

test('ports, wires and registers are signals of their types', () => {
  const ports = { a_i: input(uint(8)), v_i: input(vec(bool, 3)), y_o: output(uint(9)) }
  const faults = faultsOf(ports, (m, p) => {
    typeTrue<Same<typeof p.a_i, UInt<8>>>()
    const element = p.v_i.at(1)
    typeTrue<Same<typeof element, Bool>>()
    const wire = m.wire('w', uint(9))
    const sum: UInt<10> = wire.add(p.a_i)
    const register = m.register('r', command)
    const address: UInt<12> = register.address
    m.unused(sum, address, p.v_i)
    wire.assign(p.a_i.add(1))
    p.y_o.assign(wire)
    register.next({ address: 1, write: p.v_i.at(0), data: [1, -2] })
  })
  expect(faults).toEqual([])
})

test('assignments of another width, sign or shape do not compile', () => {
  const ports = { a_i: input(uint(8)), s_i: input(sint(8)), y_o: output(uint(8)) }
  const faults = faultsOf(ports, (m, p) => {
    // @ts-expect-error a wider value
    p.y_o.assign(p.a_i.add(1))
    // @ts-expect-error another sign
    p.y_o.assign(p.s_i)
    // @ts-expect-error no number
    p.y_o.assign('1')
    // @ts-expect-error a truth value for a number
    p.y_o.assign(p.a_i.eq(1).and(true).not())
    const register = m.register('r', command)
    // @ts-expect-error a missing field
    register.next({ address: 1, write: true })
    // @ts-expect-error a field of another width
    register.next({ address: p.a_i, write: true, data: [1, 2] })
    // @ts-expect-error an element of another sign
    register.data.next([p.a_i, 1])
    // @ts-expect-error a wire has no next value
    expect(() => p.y_o.next(1)).toThrow(TypeError)
    // @ts-expect-error an input cannot be assigned
    expect(() => p.a_i.assign(1)).toThrow(TypeError)
  })
  expect(faults).toEqual(['WIDTH', 'SIGN', 'TYPE', 'WIDTH', 'TYPE', 'WIDTH', 'SIGN'])
})

test('signals of literal widths can be given to functions of any width', () => {
  const drive = (target: Wire<ReturnType<typeof uint>>, value: UInt) => target.assign(value)
  const count = (register: Register<ReturnType<typeof uint>>) =>
    register.next(register.add(1).truncate(register.width))
  const ports = { y_o: output(uint(8)) }
  const faults = faultsOf(ports, (m, p) => {
    const register = m.register('r', uint(8), { reset: 0 })
    count(register)
    drive(p.y_o, register)
  })
  expect(faults).toEqual([])
})

const adder = defineModule(
  'adder',
  { a_i: input(uint(8)), b_i: input(uint(8)), sum_o: output(uint(9)) },
  (_, p) => p.sum_o.assign(p.a_i.add(p.b_i)),
)

const repeater = defineModule(
  'repeater',
  { s_axis: streamInput(uint(8)), m_axis: streamOutput(uint(8)) },
  (m, { s_axis, m_axis }) => m.connect(s_axis, m_axis),
)

test('ports of instances are typed, connected at once or later', () => {
  const top = defineModule('top', { a_i: input(uint(8)), y_o: output(uint(10)) }, (m, p) => {
    const first = m.instance('u_first', adder, { a_i: p.a_i, b_i: 1 })
    typeTrue<Same<typeof first.sum_o, UInt<9>>>()
    const second = m.instance('u_second', adder, { a_i: first.sum_o.truncate(8) })
    second.b_i.assign(p.a_i)
    const sum = m.wire('sum', uint(9))
    m.instance('u_third', adder, { a_i: p.a_i, b_i: p.a_i, sum_o: sum })
    p.y_o.assign(sum.add(second.sum_o))
  })
  expect(elaborate(top).modules.map(({ name }) => name)).toEqual(['adder', 'top'])
})

test('connections of another type, direction or name do not compile', () => {
  const ports = { a_i: input(uint(9)), s_axis: streamInput(uint(9)), y_o: output(uint(9)) }
  const faults = faultsOf(ports, (m, p) => {
    // @ts-expect-error a wider value
    m.instance('u_a', adder, { a_i: p.a_i, b_i: 1 })
    // @ts-expect-error no such port
    m.instance('u_b', adder, { a_i: 1, b_i: 1, c_i: 1 })
    // @ts-expect-error an output goes to something that can be assigned
    m.instance('u_c', adder, { a_i: 1, b_i: 1, sum_o: p.a_i })
    const narrow = m.wire('narrow', uint(8))
    // @ts-expect-error an output goes to a wire of its width
    m.instance('u_d', adder, { a_i: 1, b_i: 1, sum_o: narrow })
    // @ts-expect-error a stream of another width
    const repeated = m.instance('u_e', repeater, { s_axis: p.s_axis })
    // @ts-expect-error no stream
    m.instance('u_f', repeater, { s_axis: p.a_i })
    m.unused(repeated.m_axis.data)
    p.y_o.assign(0)
  })
  expect(new Set(faults)).toEqual(new Set(['WIDTH', 'UNCONNECTED_PORT', 'NOT_ASSIGNABLE', 'TYPE']))
})

test('clocks and resets are no data', () => {
  const ports = { clk_i: input(clock), rst_ni: input(reset()), a_i: input(bool), y_o: output(bool) }
  const faults = faultsOf(ports, (m, p) => {
    // @ts-expect-error a clock is no truth value
    p.y_o.assign(p.clk_i)
    const own = m.wire('own_clk', clock)
    // @ts-expect-error a truth value is no clock
    own.assign(p.a_i)
    // @ts-expect-error a reset is no clock
    own.assign(p.rst_ni)
    own.assign(p.clk_i)
  })
  expect(faults).toEqual([])
})

test('any definition is a module definition', () => {
  const definitions: readonly ModuleDefinition[] = [adder, repeater]
  expect(definitions.map(({ name }) => name)).toEqual(['adder', 'repeater'])
})
