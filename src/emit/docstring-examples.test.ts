import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  bool,
  cat,
  clock,
  defineModule,
  type InnerPorts,
  input,
  type ModuleBuilder,
  mux,
  output,
  type PortList,
  repeat,
  reset,
  sint,
  streamInput,
  uint,
  vec,
} from '../hdl/index.js'
import { emittedText } from './testing/emitted-text.js'

const hdl = fileURLToPath(new URL('../hdl', import.meta.url))

/** The files whose docstrings show SystemVerilog. */
const documented = [
  'module/memory.ts',
  'module/module-builder.ts',
  'module/port.ts',
  'module/state-machine.ts',
  'module/when-chain.ts',
  'signals/bool.ts',
  'signals/operators.ts',
  'signals/sint.ts',
  'signals/uint.ts',
  'signals/vec.ts',
  'types/assignable.ts',
  'types/bool-type.ts',
  'types/clock-type.ts',
  'types/sint-type.ts',
  'types/uint-type.ts',
  'types/vec-type.ts',
]

/** SystemVerilog in a docstring, as opposed to names and calls of the language. */
function isSystemVerilog(code: string): boolean {
  if (code.includes('laneWidth')) return false
  const operator = /[;&|^~?{]|<=? |>>|[!=]=| [-+*] |^-/
  const select = /\[(\d|position)/
  return operator.test(code) || select.test(code) || statement.test(code) || /^\d+'/.test(code)
}

/** What starts something other than an expression. */
const statement =
  /^(\(\*|(assign|input|output) |(logic|always_comb|always_ff|if|else|case|default)\b|\d'd\d:)/

interface Example {
  /** File, class and member: `signals/uint.ts UInt.add`. */
  readonly owner: string
  readonly code: string
}

/** The examples of a file, with the declaration that each docstring stands above. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(join(hdl, file), 'utf8')
  const blocks =
    /\/\*\*([\s\S]*?)\*\/\s*\n\s*((?:export |readonly |static |get |override )*)(?:(class|interface|function|const|type) )?(\w+)|^export (?:abstract )?(?:class|interface) (\w+)/gm
  let container = ''
  const examples: Example[] = []
  for (const [, documentation, , kind, name, bare] of text.matchAll(blocks)) {
    if (bare !== undefined) {
      container = bare
      continue
    }
    if (kind === 'class' || kind === 'interface') container = name!
    const owner = kind === undefined ? `${file} ${container}.${name}` : `${file} ${name}`
    for (const [, code] of documentation!.replace(/\n\s*\*/g, '').matchAll(/`([^`]+)`/g)) {
      if (isSystemVerilog(code!)) examples.push({ owner, code: code! })
    }
  }
  return examples
}

function text<P extends PortList>(
  ports: P,
  build: (m: ModuleBuilder, ports: InnerPorts<P>) => void,
): string {
  return emittedText(defineModule('example', ports, build))
}

/** A module that names the value of an expression `y`. */
function named<P extends PortList>(ports: P, value: (ports: InnerPorts<P>) => unknown): string {
  return text(ports, (m, p) => m.unused(...Object.values(p), m.let('y', value(p))))
}

const byte = uint(8)
const unsignedPorts = { a: input(byte), b: input(byte), amount: input(uint(3)) }
const signedPorts = { a: input(sint(8)), b: input(sint(8)), amount: input(uint(3)) }
const boolPorts = { a: input(bool), b: input(bool), c: input(bool) }

type Unsigned = InnerPorts<typeof unsignedPorts>
type Signed = InnerPorts<typeof signedPorts>
type Bools = InnerPorts<typeof boolPorts>

const unsigned = (value: (p: Unsigned) => unknown) => () => named(unsignedPorts, value)
const signed = (value: (p: Signed) => unknown) => () => named(signedPorts, value)
const bools = (value: (p: Bools) => unknown) => () => named(boolPorts, value)

const memoryText = () =>
  text({ enable: input(bool), address: input(uint(4)), value: input(byte) }, (m, p) => {
    const kv = m.memory('kv', byte, { depth: 16 })
    kv.write(p.address, p.value, { enable: p.enable })
    m.unused(kv.read('data', p.address, { enable: p.enable }))
  })

const registerText = () =>
  text({ enable: input(bool), value: input(byte) }, (m, { enable, value }) => {
    const count = m.register('count', byte, { reset: 0, enable })
    count.next(value)
    m.unused(count)
  })

const whenText = () =>
  text({ condition: input(bool), other: input(bool), y: output(byte) }, (m, p) => {
    m.when(p.other, () => p.y.assign(1))
      .elseWhen(p.condition, () => p.y.assign(2))
      .otherwise(() => p.y.assign(3))
  })

const firstWhenText = () =>
  text({ condition: input(bool), y: output(byte) }, (m, p) => {
    p.y.assign(1)
    m.when(p.condition, () => p.y.assign(2))
  })

const switchText = () =>
  text({ subject: input(uint(2)), y: output(byte) }, (m, p) => {
    m.switch(p.subject, (cases) => {
      cases.is(1, () => p.y.assign(1))
      cases.otherwise(() => p.y.assign(5))
    })
  })

const portText = () =>
  text({ data_i: input(byte), data_o: output(byte) }, (_, p) => p.data_o.assign(p.data_i))

const clockText = () =>
  text({ clk_i: input(clock), rst_ni: input(reset()) }, (m, p) => {
    m.withDomain({ clock: p.clk_i, reset: p.rst_ni }, () => {
      m.unused(m.delayed('q', byte.literal(1), { reset: 0 }))
    })
  })

const streamText = () =>
  text({ s_axis: streamInput(byte) }, (m, { s_axis }) => {
    s_axis.ready.assign(true)
    m.unused(s_axis.valid, s_axis.data)
  })

const wireText = () =>
  text({ a: input(byte), b: input(byte) }, (m, { a, b }) => {
    const sum = m.wire('sum', byte)
    sum.assign(a.and(b))
    m.unused(sum)
  })

const letText = () =>
  text({ a: input(byte), b: input(byte) }, (m, { a, b }) => m.unused(m.let('sum', a.add(b))))

const unusedText = () => text({ x: input(byte) }, (m, { x }) => m.unused(x))

const romText = () =>
  text({ address: input(uint(2)), y: output(byte) }, (m, { address, y }) => {
    const contents = { width: 8, words: Uint8Array.of(1, 2, 3, 4) }
    y.assign(m.rom('squares', contents).read(address).truncate(8))
  })

const instanceText = () =>
  text({}, (m) => {
    const counter = defineModule('counter', { count_o: output(byte) }, (inner, { count_o }) => {
      count_o.assign(inner.delayed('count', byte.literal(1), { reset: 0 }))
    })
    m.unused(m.instance('u_counter', counter).count_o)
  })

const attributeText = () =>
  text({ a: input(byte), y: output(byte) }, (m, { a, y }) => {
    m.attribute('name', 'value')
    y.assign(a)
  })

const stateText = () =>
  text({ y: output(bool) }, (m, { y }) => {
    const machine = m.stateMachine('state', ['idle', 'run', 'done'], { initial: 'idle' })
    machine.define({
      idle: () => machine.goto('run'),
      run: () => machine.goto('done'),
      done: () => machine.goto('idle'),
    })
    y.assign(machine.is('run'))
  })

const assignText = () =>
  text({ value: input(byte), go_i: input(bool), y_o: output(byte), z_o: output(byte) }, (m, p) => {
    p.y_o.assign(p.value)
    m.when(p.go_i, () => p.z_o.assign(p.value)).otherwise(() => p.z_o.assign(0))
  })

/** The small module that uses what each docstring is about; an expression is named `y` in it. */
const modules: Readonly<Record<string, () => string>> = {
  'module/memory.ts Memory.read': memoryText,
  'module/memory.ts Memory.write': memoryText,
  'module/module-builder.ts RegisterOptions.enable': registerText,
  'module/module-builder.ts ModuleBuilder.wire': wireText,
  'module/module-builder.ts ModuleBuilder.let': letText,
  'module/module-builder.ts ModuleBuilder.register': registerText,
  'module/module-builder.ts ModuleBuilder.unused': unusedText,
  'module/module-builder.ts ModuleBuilder.when': firstWhenText,
  'module/module-builder.ts ModuleBuilder.switch': switchText,
  'module/module-builder.ts ModuleBuilder.memory': memoryText,
  'module/module-builder.ts ModuleBuilder.rom': romText,
  'module/module-builder.ts ModuleBuilder.instance': instanceText,
  'module/module-builder.ts ModuleBuilder.attribute': attributeText,
  'module/port.ts input': portText,
  'module/port.ts output': portText,
  'module/port.ts streamInput': streamText,
  'module/state-machine.ts StateMachine.define': stateText,
  'module/state-machine.ts StateMachine.is': stateText,
  'module/when-chain.ts WhenChain.elseWhen': whenText,
  'module/when-chain.ts WhenChain.otherwise': whenText,
  'module/when-chain.ts SwitchCases.is': switchText,
  'module/when-chain.ts SwitchCases.otherwise': switchText,
  'signals/bool.ts Bool.and': bools(({ a, b }) => a.and(b)),
  'signals/bool.ts Bool.or': bools(({ a, b }) => a.or(b)),
  'signals/bool.ts Bool.xor': bools(({ a, b }) => a.xor(b)),
  'signals/bool.ts Bool.not': bools(({ a }) => a.not()),
  'signals/bool.ts Bool.eq': bools(({ a, b }) => a.eq(b)),
  'signals/operators.ts mux': () =>
    named({ condition: input(bool), whenTrue: input(byte), whenFalse: input(byte) }, (p) =>
      mux(p.condition, p.whenTrue, p.whenFalse),
    ),
  'signals/operators.ts cat': bools(({ a, b, c }) => cat(a, b, c)),
  'signals/operators.ts repeat': bools(({ a }) => repeat(a, 4)),
  'signals/sint.ts SInt.add': signed(({ a, b }) => a.add(b)),
  'signals/sint.ts SInt.sub': signed(({ a, b }) => a.sub(b)),
  'signals/sint.ts SInt.mul': signed(({ a, b }) => a.mul(b)),
  'signals/sint.ts SInt.neg': signed(({ a }) => a.neg()),
  'signals/sint.ts SInt.abs': signed(({ a }) => a.abs()),
  'signals/sint.ts SInt.isNegative': signed(({ a }) => a.isNegative()),
  'signals/sint.ts SInt.and': signed(({ a, b }) => a.and(b)),
  'signals/sint.ts SInt.or': signed(({ a, b }) => a.or(b)),
  'signals/sint.ts SInt.xor': signed(({ a, b }) => a.xor(b)),
  'signals/sint.ts SInt.not': signed(({ a }) => a.not()),
  'signals/sint.ts SInt.eq': signed(({ a, b }) => a.eq(b)),
  'signals/sint.ts SInt.ne': signed(({ a, b }) => a.ne(b)),
  'signals/sint.ts SInt.lt': signed(({ a, b }) => a.lt(b)),
  'signals/sint.ts SInt.le': signed(({ a, b }) => a.le(b)),
  'signals/sint.ts SInt.gt': signed(({ a, b }) => a.gt(b)),
  'signals/sint.ts SInt.ge': signed(({ a, b }) => a.ge(b)),
  'signals/sint.ts SInt.bits': signed(({ a }) => a.bits(5, 2)),
  'signals/sint.ts SInt.bit': signed(({ a }) => a.bit(5)),
  'signals/sint.ts SInt.shl': signed(({ a }) => a.shl(2)),
  'signals/sint.ts SInt.shr': signed(({ a }) => a.shr(2)),
  'signals/sint.ts SInt.shiftLeft': signed(({ a, amount }) => a.shiftLeft(amount)),
  'signals/sint.ts SInt.shiftRight': signed(({ a, amount }) => a.shiftRight(amount)),
  'signals/sint.ts SInt.extend': signed(({ a }) => a.extend(12)),
  'signals/sint.ts SInt.truncate': signed(({ a }) => a.truncate(4)),
  'signals/uint.ts UInt.add': unsigned(({ a, b }) => a.add(b)),
  'signals/uint.ts UInt.sub': unsigned(({ a, b }) => a.sub(b)),
  'signals/uint.ts UInt.mul': unsigned(({ a, b }) => a.mul(b)),
  'signals/uint.ts UInt.and': unsigned(({ a, b }) => a.and(b)),
  'signals/uint.ts UInt.or': unsigned(({ a, b }) => a.or(b)),
  'signals/uint.ts UInt.xor': unsigned(({ a, b }) => a.xor(b)),
  'signals/uint.ts UInt.not': unsigned(({ a }) => a.not()),
  'signals/uint.ts UInt.eq': unsigned(({ a, b }) => a.eq(b)),
  'signals/uint.ts UInt.ne': unsigned(({ a, b }) => a.ne(b)),
  'signals/uint.ts UInt.lt': unsigned(({ a, b }) => a.lt(b)),
  'signals/uint.ts UInt.le': unsigned(({ a, b }) => a.le(b)),
  'signals/uint.ts UInt.gt': unsigned(({ a, b }) => a.gt(b)),
  'signals/uint.ts UInt.ge': unsigned(({ a, b }) => a.ge(b)),
  'signals/uint.ts UInt.reduceAnd': unsigned(({ a }) => a.reduceAnd()),
  'signals/uint.ts UInt.reduceOr': unsigned(({ a }) => a.reduceOr()),
  'signals/uint.ts UInt.reduceXor': unsigned(({ a }) => a.reduceXor()),
  'signals/uint.ts UInt.bits': unsigned(({ a }) => a.bits(5, 2)),
  'signals/uint.ts UInt.bit': () =>
    named({ a: input(byte), position: input(uint(3)) }, (p) => p.a.bit(p.position)),
  'signals/uint.ts UInt.shl': unsigned(({ a }) => a.shl(2)),
  'signals/uint.ts UInt.shr': unsigned(({ a }) => a.shr(2)),
  'signals/uint.ts UInt.shiftLeft': unsigned(({ a, amount }) => a.shiftLeft(amount)),
  'signals/uint.ts UInt.shiftRight': unsigned(({ a, amount }) => a.shiftRight(amount)),
  'signals/uint.ts UInt.extend': unsigned(({ a }) => a.extend(12)),
  'signals/uint.ts UInt.truncate': unsigned(({ a }) => a.truncate(4)),
  'signals/uint.ts UInt.saturate': () => named({ a: input(uint(12)) }, ({ a }) => a.saturate(8)),
  'signals/uint.ts UInt.toSigned': unsigned(({ a }) => a.toSigned()),
  'signals/vec.ts Vec.select': () =>
    named({ vec: input(vec(byte, 4)), position: input(uint(2)) }, (p) => p.vec.select(p.position)),
  'types/assignable.ts Assignable.assign': assignText,
  'types/assignable.ts Clocked.next': registerText,
  'types/bool-type.ts bool': () => named({ a: input(bool) }, ({ a }) => a),
  'types/clock-type.ts clock': clockText,
  'types/clock-type.ts reset': clockText,
  'types/sint-type.ts sint': signed(({ a }) => a),
  'types/uint-type.ts uint': unsigned(({ a }) => a),
  'types/vec-type.ts vec': () => named({ a: input(vec(byte, 4)) }, ({ a }) => a),
}

/** Without spaces, but for those between words. */
function withoutSpaces(code: string): string {
  return code.replace(/\s+/g, ' ').replace(/(?<!\w) | (?!\w)/g, '')
}

/** An expression is all that is assigned to `y`; anything else stands in the text as whole words. */
function patternOf(code: string): RegExp {
  const source = code
    .split('...')
    .map((part) => withoutSpaces(part).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('[^]*?')
    .replace(/;(?=\w)/g, ';[^]*?')
  const isExpression = !statement.test(code) && !code.includes(';')
  const word = source.replace(/^(?=\w)/, '\\b').replace(/(?<=\w)$/, '\\b')
  return new RegExp(isExpression ? `assign y=(${source}|\\(${source}\\));` : word)
}

const examples = documented.flatMap(examplesOf)

test('every docstring with SystemVerilog has a module here, and no module is left over', () => {
  expect([...new Set(examples.map(({ owner }) => owner))].sort()).toEqual(
    Object.keys(modules).sort(),
  )
})

test.each(examples)('$owner makes `$code`', ({ owner, code }) => {
  expect(withoutSpaces(modules[owner]!())).toMatch(patternOf(code))
})
