import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  bool,
  bundle,
  Clock,
  cat,
  clock,
  DesignError,
  type DiagnosticCode,
  defineBlackBox,
  defineModule,
  elaborate,
  formatDiagnostic,
  input,
  type ModuleDefinition,
  mux,
  output,
  repeat,
  reset,
  sint,
  streamInput,
  type UInt,
  uint,
  vec,
} from '../index.js'
import { catalogue } from './catalogue.js'

const file = 'src/hdl/diagnostics/catalogue.test.ts'
const lines = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n')

/** The line that ends in the comment `// mark`, or the one above it when it stands alone. */
function lineOf(mark: string): number {
  const found = lines.flatMap((line, i) => {
    if (!line.endsWith(`// ${mark}`)) return []
    return line.trim() === `// ${mark}` ? [i] : [i + 1]
  })
  if (found.length !== 1) throw new Error(`${found.length} lines are marked ${mark}`)
  return found[0]!
}

interface Fault {
  /** The code of the case unless given. */
  readonly code?: DiagnosticCode
  readonly module: string
  readonly signal?: string
  readonly message: string
  readonly at: string
  readonly related?: readonly (readonly [role: string, mark: string])[]
}

interface Case {
  readonly what: string
  readonly design: () => ModuleDefinition
  readonly faults: readonly Fault[]
}

function one(what: string, design: () => unknown, ...faults: Fault[]): Case {
  return { what, design: design as () => ModuleDefinition, faults }
}

/** A value of another type than TypeScript would let through. */
const anything = (value: unknown) => value as never

const cases = {
  WIDTH: [
    one(
      'an assignment of another width',
      () =>
        defineModule('m', { a_i: input(uint(8)), y_o: output(uint(4)) }, (_, p) => {
          // width port
          p.y_o.assign(anything(p.a_i)) // width assign
        }),
      {
        module: 'm',
        signal: 'y_o',
        message: 'uint(4) is expected, uint(8) is given',
        at: 'width assign',
        related: [
          ['value', 'width port'],
          ['declared', 'width port'],
        ],
      },
    ),
    one(
      'operands of unequal width',
      () =>
        defineModule('m', { a_i: input(uint(8)), y_o: output(uint(8)) }, (m, p) => {
          // and port
          const wide = m.let('wide', p.a_i.add(1)) // and wire
          p.y_o.assign(wide.and(anything(p.a_i)).truncate(8)) // and use
        }),
      {
        module: 'm',
        message: 'and of uint(9) and uint(8)',
        at: 'and use',
        related: [
          ['left operand', 'and wire'],
          ['right operand', 'and port'],
        ],
      },
    ),
    one(
      'a mask that does not match the lanes',
      () =>
        defineModule('m', { d_i: input(uint(8)), q_o: output(uint(8)) }, (m, p) => {
          // mask port
          const ram = m.memory('ram', uint(8), { depth: 4, laneWidth: 4 })
          ram.write(p.d_i.bits(1, 0), p.d_i, { mask: p.d_i }) // mask use
          p.q_o.assign(ram.read('word', p.d_i.bits(1, 0)))
        }),
      {
        module: 'm',
        signal: 'ram',
        message: 'a mask of 8 bits for 2 lanes',
        at: 'mask use',
        related: [['mask', 'mask port']],
      },
    ),
    one(
      'an extend that narrows',
      () =>
        defineModule('m', { a_i: input(uint(8)), y_o: output(uint(8)) }, (_, p) => {
          // extend port
          p.y_o.assign(anything(p.a_i.extend(4))) // extend use
        }),
      {
        module: 'm',
        message: 'extend of uint(8) to 4 bits',
        at: 'extend use',
        related: [['left operand', 'extend port']],
      },
    ),
  ],
  SIGN: [
    one(
      'a sum of signed and unsigned',
      () =>
        defineModule(
          'm',
          { a_i: input(uint(8)), b_i: input(sint(8)), y_o: output(uint(9)) }, // sign port
          (_, p) => {
            p.y_o.assign(p.a_i.add(anything(p.b_i)) as UInt) // sign use
          },
        ),
      {
        module: 'm',
        message: 'add of uint(8) and sint(8)',
        at: 'sign use',
        related: [
          ['left operand', 'sign port'],
          ['right operand', 'sign port'],
        ],
      },
    ),
    one(
      'a shift by a signed amount',
      () =>
        defineModule('m', { a_i: input(sint(3)), y_o: output(sint(3)) }, (_, p) => {
          // amount port
          p.y_o.assign(p.a_i.shiftLeft(anything(p.a_i))) // amount use
        }),
      {
        module: 'm',
        message: 'shift amount is unsigned, sint(3) is given',
        at: 'amount use',
        related: [['shift amount', 'amount port']],
      },
    ),
  ],
  TYPE: [
    one(
      'a value that is no signal',
      () =>
        defineModule('m', { y_o: output(uint(4)) }, (_, p) => {
          // type port
          p.y_o.assign(anything('four')) // type assign
        }),
      {
        module: 'm',
        signal: 'y_o',
        message: 'uint(4) is expected, a string is given',
        at: 'type assign',
        related: [['declared', 'type port']],
      },
    ),
    one(
      'a vector of another length',
      () =>
        defineModule('m', { y_o: output(vec(bool, 2)) }, (_, p) => {
          // length port
          p.y_o.assign([true]) // length assign
        }),
      {
        module: 'm',
        signal: 'y_o',
        message: '2 elements are expected, 1 are given',
        at: 'length assign',
        related: [['declared', 'length port']],
      },
    ),
    one(
      'a bundle without a field',
      () =>
        defineModule('m', { y_o: output(uint(4)) }, (m, p) => {
          const pair = m.wire('pair', bundle({ a: uint(2), b: uint(2) })) // bundle wire
          pair.assign(anything({ a: 1, c: 2 })) // bundle assign
          p.y_o.assign(cat(pair.a, pair.b))
        }),
      {
        module: 'm',
        signal: 'pair',
        message: 'the bundle has no field c',
        at: 'bundle assign',
        related: [['declared', 'bundle wire']],
      },
      {
        module: 'm',
        signal: 'pair',
        message: 'the field b is missing',
        at: 'bundle assign',
        related: [['declared', 'bundle wire']],
      },
    ),
  ],
  LITERAL: [
    one(
      'a negative number for an unsigned type',
      () =>
        defineModule('m', { y_o: output(uint(4)) }, (_, p) => {
          // literal port
          p.y_o.assign(-1) // literal assign
        }),
      {
        module: 'm',
        signal: 'y_o',
        message: '-1 does not fit in 4 unsigned bits',
        at: 'literal assign',
        related: [['declared', 'literal port']],
      },
    ),
    one(
      'a fraction',
      () =>
        defineModule('m', { a_i: input(uint(4)), y_o: output(uint(5)) }, (_, p) => {
          p.y_o.assign(p.a_i.add(0.5)) // fraction
        }),
      {
        module: 'm',
        message: '0.5 is no integer that a number holds exactly',
        at: 'fraction',
      },
    ),
    one(
      'a literal outside any module',
      () => uint(2).literal(4), // outside
      {
        module: 'expression',
        message: '4 does not fit in 2 unsigned bits',
        at: 'outside',
      },
    ),
  ],
  CONDITION: [
    one(
      'a number as condition',
      () =>
        defineModule('m', { a_i: input(uint(4)), y_o: output(uint(4)) }, (m, p) => {
          // condition port
          p.y_o.assign(0)
          m.when(anything(p.a_i), () => p.y_o.assign(p.a_i)) // condition use
        }),
      {
        module: 'm',
        message: 'a condition is one bit, uint(4) is given',
        at: 'condition use',
        related: [['condition', 'condition port']],
      },
    ),
  ],
  OUT_OF_RANGE: [
    one(
      'bits beyond the width',
      () =>
        defineModule('m', { a_i: input(uint(8)), y_o: output(uint(1)) }, (_, p) => {
          // bits port
          p.y_o.assign(anything(p.a_i.bits(8, 8))) // bits use
        }),
      {
        module: 'm',
        message: 'bits 8..8 of uint(8)',
        at: 'bits use',
        related: [['operand', 'bits port']],
      },
    ),
    one(
      'an index that is too wide',
      () =>
        defineModule('m', { a_i: input(uint(8)), y_o: output(bool) }, (_, p) => {
          // index port
          p.y_o.assign(p.a_i.bit(p.a_i)) // index use
        }),
      {
        module: 'm',
        message: 'an index of 8 bits into 8 elements; 3 bits are needed',
        at: 'index use',
        related: [['index', 'index port']],
      },
    ),
    one(
      'an address of another width',
      () =>
        defineModule('m', { a_i: input(uint(8)), y_o: output(uint(4)) }, (m, p) => {
          // address port
          const table = m.rom('table_rom', { width: 4, words: [1, 2, 3] }) // address rom
          p.y_o.assign(table.read(p.a_i)) // address use
        }),
      {
        module: 'm',
        signal: 'table_rom',
        message: 'an address of 8 bits for 3 words; 2 bits are needed',
        at: 'address use',
        related: [['ROM', 'address rom']],
      },
    ),
    one(
      'no width',
      () => uint(0), // no width
      {
        module: 'expression',
        message: '0 is no width; widths are 1 to 65536 bits',
        at: 'no width',
      },
    ),
    one(
      'an empty vector',
      () => vec(uint(2), 0), // empty
      {
        module: 'expression',
        message: 'a vector of 0 elements; 1 to 65536 scalars are possible',
        at: 'empty',
      },
    ),
    one(
      'a product beyond the widest net',
      () =>
        defineModule('m', { a_i: input(uint(40_000)), y_o: output(uint(40_000)) }, (_, p) => {
          p.y_o.assign(anything(p.a_i.mul(p.a_i))) // product
        }),
      {
        module: 'm',
        message: 'mul makes 80000 bits; the widest value is 65536',
        at: 'product',
      },
    ),
    one(
      'a repetition beyond the widest net',
      () =>
        defineModule('m', { a_i: input(uint(4)), y_o: output(uint(4)) }, (_, p) => {
          p.y_o.assign(anything(repeat(p.a_i, 1e9))) // repetition
        }),
      {
        module: 'm',
        message: '1000000000 times 4 bits; the widest value is 65536',
        at: 'repetition',
      },
    ),
  ],
  ROM_CONTENTS: [
    one(
      'a word that is too large',
      () =>
        defineModule('m', { a_i: input(uint(1)), y_o: output(uint(4)) }, (m, p) => {
          const table = m.rom('table_rom', { width: 4, words: [3, 16] }) // contents
          p.y_o.assign(table.read(p.a_i))
        }),
      {
        module: 'm',
        signal: 'table_rom',
        message: 'word 16 at address 1 does not fit in 4 bits',
        at: 'contents',
      },
    ),
  ],
  UNDRIVEN: [
    one(
      'an output, a register and a memory without a driver',
      () =>
        defineModule('m', { y_o: output(uint(4)), z_o: output(uint(4)) }, (m, p) => {
          // undriven port
          const held = m.register('held', uint(4), { reset: 1 }) // undriven register
          const ram = m.memory('ram', uint(4), { depth: 16 }) // undriven memory
          p.z_o.assign(ram.read('word', held))
        }),
      { module: 'm', signal: 'y_o', message: 'is never assigned', at: 'undriven port' },
      { module: 'm', signal: 'held', message: 'has no next value', at: 'undriven register' },
      {
        module: 'm',
        signal: 'ram',
        message: 'memory has no write port and no contents',
        at: 'undriven memory',
      },
    ),
  ],
  NEVER_ENABLED: [
    one(
      'memory ports that are constantly off, also through a wire and below a when',
      () =>
        defineModule(
          'm',
          { a_i: input(uint(4)), on_i: input(bool), y_o: output(uint(8)) },
          (m, p) => {
            const off = m.wire('off', bool)
            off.assign(false)
            const ram = m.memory('ram', uint(8), { depth: 16, laneWidth: 4 })
            ram.write(p.a_i, 1, { enable: p.on_i })
            m.when(p.on_i, () => ram.write(p.a_i, 2, { enable: off })) // write that is off
            ram.write(p.a_i, 3, { mask: uint(2).literal(0) }) // mask that is off
            const word = ram.read('word', p.a_i, { enable: p.on_i.and(off) }) // read that is off
            p.y_o.assign(word)
          },
        ),
      {
        module: 'm',
        signal: 'ram',
        message: 'the enable of a write port is constantly zero',
        at: 'write that is off',
      },
      {
        module: 'm',
        signal: 'ram',
        message: 'the mask of a write port is constantly zero',
        at: 'mask that is off',
      },
      {
        module: 'm',
        signal: 'ram',
        message: 'the enable of read port word is constantly zero',
        at: 'read that is off',
      },
    ),
  ],
  MULTIPLY_DRIVEN: [
    one(
      'two assignments',
      () =>
        defineModule('m', { y_o: output(uint(4)) }, (_, p) => {
          p.y_o.assign(1) // first
          p.y_o.assign(2) // second
        }),
      {
        module: 'm',
        signal: 'y_o',
        message: 'is assigned again',
        at: 'second',
        related: [['first assignment', 'first']],
      },
    ),
    one(
      'two whens that both assign in any case',
      () =>
        defineModule('m', { a_i: input(bool), b_i: input(bool), y_o: output(bool) }, (m, p) => {
          m.when(p.a_i, () => p.y_o.assign(true)).otherwise(() => p.y_o.assign(false)) // first when
          m.when(p.b_i, () => p.y_o.assign(true)).otherwise(() => p.y_o.assign(false)) // second when
        }),
      {
        module: 'm',
        signal: 'y_o',
        message: 'is assigned again',
        at: 'second when',
        related: [['first assignment', 'first when']],
      },
    ),
  ],
  LATCH: [
    one(
      'a branch without a value',
      () =>
        defineModule('m', { a_i: input(bool), y_o: output(uint(4)) }, (m, p) => {
          // latch port
          m.when(p.a_i, () => p.y_o.assign(1)) // latch when
        }),
      {
        module: 'm',
        signal: 'y_o',
        message: 'is not assigned on every branch',
        at: 'latch port',
        related: [['open branch', 'latch when']],
      },
    ),
    one(
      'a switch that leaves a value out',
      () =>
        defineModule('m', { a_i: input(uint(2)), y_o: output(uint(4)) }, (m, p) => {
          // switch port
          m.switch(p.a_i, (cases) => {
            // switch
            for (const value of [0, 1, 3]) cases.is(value, () => p.y_o.assign(value))
          })
        }),
      {
        module: 'm',
        signal: 'y_o',
        message: 'is not assigned on every branch',
        at: 'switch port',
        related: [['open branch', 'switch']],
      },
    ),
  ],
  MISPLACED_BRANCH: [
    one(
      'a case twice, otherwise twice, and a branch after otherwise',
      () =>
        defineModule('m', { a_i: input(uint(2)), y_o: output(uint(4)) }, (m, p) => {
          p.y_o.assign(0)
          m.switch(p.a_i, (cases) => {
            cases.is([1, 1], () => p.y_o.assign(1)) // case twice
            cases.otherwise(() => {})
            cases.otherwise(() => {}) // otherwise twice
          })
          const chain = m.when(p.a_i.eq(2), () => p.y_o.assign(4)) // chain
          chain.otherwise(() => {})
          chain.elseWhen(p.a_i.eq(3), () => p.y_o.assign(6)) // late branch
        }),
      { module: 'm', message: 'case 1 appears twice', at: 'case twice' },
      { module: 'm', message: 'the switch has its otherwise already', at: 'otherwise twice' },
      {
        module: 'm',
        message: 'the when has its otherwise already',
        at: 'late branch',
        related: [['when', 'chain']],
      },
    ),
    one(
      'a when that is continued in another block',
      () =>
        defineModule('m', { a_i: input(bool), y_o: output(bool) }, (m, p) => {
          p.y_o.assign(false)
          const chain = m.when(p.a_i, () => p.y_o.assign(true)) // outer when
          m.when(p.a_i.not(), () => chain.otherwise(() => p.y_o.assign(false))) // inner otherwise
        }),
      {
        module: 'm',
        message: 'the when was written in another block',
        at: 'inner otherwise',
        related: [['when', 'outer when']],
      },
    ),
  ],
  COMBINATIONAL_LOOP: [
    one(
      'through two instances, with the path inside them',
      () => {
        const inverter = defineModule(
          'inverter',
          { a_i: input(bool), y_o: output(bool) },
          (m, p) => p.y_o.assign(m.let('mid', p.a_i.not())), // mid
        )
        return defineModule('ring', { y_o: output(bool) }, (m, { y_o }) => {
          const back = m.wire('back', bool) // back
          const first = m.instance('u_first', inverter, { a_i: back }) // u_first
          const second = m.instance('u_second', inverter, { a_i: first.y_o }) // u_second
          back.assign(second.y_o)
          y_o.assign(back)
        })
      },
      {
        module: 'ring',
        signal: 'back',
        message:
          'back <- u_second.y_o <- u_second.mid <- u_second.a_i <- u_first.y_o <- u_first.mid <- u_first.a_i <- back',
        at: 'back',
        related: [
          ['through u_second.y_o', 'u_second'],
          ['through u_second.mid', 'mid'],
          ['through u_second.a_i', 'u_second'],
          ['through u_first.y_o', 'u_first'],
          ['through u_first.mid', 'mid'],
          ['through u_first.a_i', 'u_first'],
        ],
      },
    ),
    one(
      'of single bits of a vector',
      () =>
        defineModule('m', { y_o: output(uint(3)) }, (m, p) => {
          const y = m.wire('y', uint(3)) // vector
          y.assign(cat(y.bit(1), y.bit(2), y.bit(1)))
          p.y_o.assign(y)
        }),
      {
        module: 'm',
        signal: 'y[1]',
        message: 'y[1] <- y[2] <- y[1]',
        at: 'vector',
        related: [['through y[2]', 'vector']],
      },
    ),
  ],
  CHAINED_PORT: [
    one(
      'a port whose bits feed one another through an instance',
      () => {
        const pair = defineModule('pair', { d_i: input(uint(2)), q_o: output(uint(2)) }, (_, p) =>
          p.q_o.assign(p.d_i.not()),
        )
        return defineModule('chain', { a_i: input(bool), y_o: output(uint(2)) }, (m, p) => {
          const u = m.instance('u_pair', pair) // u_pair
          u.d_i.assign(cat(u.q_o.bit(0), p.a_i))
          p.y_o.assign(u.q_o)
        })
      },
      {
        module: 'chain',
        signal: 'u_pair.d_i',
        message: 'u_pair.d_i <- u_pair.q_o <- u_pair.d_i',
        at: 'u_pair',
        related: [['through u_pair.q_o', 'u_pair']],
      },
    ),
  ],
  CLOCK_CROSSING: [
    one(
      'a register and a memory that read another domain',
      () =>
        defineModule(
          'm',
          {
            clk_a_i: input(clock),
            clk_b_i: input(clock),
            d_i: input(uint(2)),
            y_o: output(uint(2)),
            z_o: output(uint(2)),
          },
          (m, p) => {
            const a = m.register('a', uint(2), { domain: { clock: p.clk_a_i } }) // source
            const b = m.register('b', uint(2), { domain: { clock: p.clk_b_i } }) // reader
            a.next(p.d_i)
            b.next(a.not())
            p.y_o.assign(b)
            const ram = m.memory('ram', uint(2), { depth: 4, init: undefined as never }) // crossing memory
            ram.write(p.d_i, 1, { clock: p.clk_b_i })
            p.z_o.assign(ram.read('word', a, { clock: p.clk_b_i }))
          },
        ),
      {
        module: 'm',
        signal: 'b',
        message: 'the register is clocked by clk_b_i and reads a of clk_a_i',
        at: 'reader',
        related: [['source', 'source']],
      },
      {
        module: 'm',
        signal: 'ram',
        message: 'a read port is clocked by clk_b_i and reads a of clk_a_i',
        at: 'crossing memory',
        related: [['source', 'source']],
      },
    ),
  ],
  NO_CLOCK: [
    one(
      'a clock made by logic',
      () =>
        defineModule('m', { a_i: input(bool), y_o: output(bool) }, (m, p) => {
          const gated = m.wire('gated', clock) // gated wire
          gated.assign(anything(p.a_i)) // gated assign
          const q = m.register('q', bool, { domain: { clock: gated } })
          q.next(q.not())
          p.y_o.assign(q)
        }),
      {
        module: 'm',
        signal: 'gated',
        message: 'a_i is assigned to a clock',
        at: 'gated assign',
        related: [['declared', 'gated wire']],
      },
    ),
    one(
      'a signal that only claims to be a clock',
      () =>
        defineModule('m', { a_i: input(bool), y_o: output(bool) }, (m, p) => {
          // claims port
          const q = m.register('q', bool, { domain: { clock: new Clock(p.a_i.node) } }) // claims
          q.next(q.not())
          p.y_o.assign(q)
        }),
      {
        module: 'm',
        signal: 'q',
        message: 'a_i is no clock',
        at: 'claims',
        related: [['declared', 'claims port']],
      },
    ),
    one(
      'a reset of another style, and a domain without one',
      () => {
        const inner = defineModule(
          'inner',
          { clk_i: input(clock), rst_ni: input(reset({ style: 'sync' })), y_o: output(bool) },
          (m, p) => {
            const domain = { clock: p.clk_i, reset: p.rst_ni }
            const q = m.register('q', bool, { domain, reset: false })
            q.next(q.not())
            p.y_o.assign(q)
          },
        )
        return defineModule(
          'm',
          { clk_i: input(clock), rst_ni: input(reset()), y_o: output(bool), z_o: output(bool) }, // style port
          (m, p) => {
            m.withDomain({ clock: p.clk_i, reset: p.rst_ni }, () => {
              p.y_o.assign(m.instance('u_inner', inner).y_o) // style instance
            })
            const q = m.register('q', bool, { domain: { clock: p.clk_i }, reset: false }) // no reset
            q.next(q.not())
            p.z_o.assign(q)
          },
        )
      },
      {
        module: 'm',
        message:
          'a synchronous active-low reset is expected, an asynchronous active-low reset is given',
        at: 'style instance',
        related: [['reset', 'style port']],
      },
      { module: 'm', signal: 'q', message: 'the clock domain has no reset', at: 'no reset' },
    ),
  ],
  CLOCK_AS_DATA: [
    one(
      'a clock in an expression',
      () =>
        defineModule(
          'm',
          { clk_i: input(clock), a_i: input(bool), y_o: output(uint(2)) }, // clock port
          (_, p) => {
            p.y_o.assign(cat(p.clk_i, p.a_i)) // clock use
          },
        ),
      {
        module: 'm',
        signal: 'clk_i',
        message: 'a clock is read as a value',
        at: 'clock use',
        related: [['declared', 'clock port']],
      },
    ),
  ],
  UNUSED: [
    one(
      'an input, a wire, a register, a memory read port, a memory and a ROM',
      () =>
        defineModule('m', { a_i: input(bool), b_i: input(bool), y_o: output(bool) }, (m, p) => {
          // unused port
          m.let('w', p.a_i) // unused wire
          const r = m.register('r', bool) // unused register
          r.next(p.a_i)
          const ram = m.memory('ram', bool, { depth: 2 }) // unused memory
          ram.write(p.a_i.asUInt(), true)
          const seen = m.memory('seen', bool, { depth: 2 })
          seen.write(p.a_i.asUInt(), true)
          seen.read('word', p.a_i.asUInt()) // unused word
          m.rom('table_rom', { width: 1, words: [1] }) // unused rom
          p.y_o.assign(p.a_i)
        }),
      { module: 'm', signal: 'b_i', message: 'input is never read', at: 'unused port' },
      { module: 'm', signal: 'w', message: 'wire is never read', at: 'unused wire' },
      { module: 'm', signal: 'r', message: 'register is never read', at: 'unused register' },
      { module: 'm', signal: 'ram', message: 'memory has no read port', at: 'unused memory' },
      { module: 'm', signal: 'word', message: 'memory read port is never read', at: 'unused word' },
      { module: 'm', signal: 'table_rom', message: 'ROM is never read', at: 'unused rom' },
    ),
  ],
  NAME_CLASH: [
    one(
      'equal names, names that differ in case, a lowered bundle field and a reserved word',
      () =>
        defineModule('m', { y_o: output(uint(4)) }, (m, p) => {
          const a = m.let('a', uint(1).literal(0)) // name a
          const b = m.let('A', uint(1).literal(0)) // name A
          const cmd = m.wire('cmd', bundle({ addr: uint(1) })) // name cmd
          cmd.assign({ addr: 1 })
          const c = m.let('cmd_addr', uint(1).literal(0)) // name cmd_addr
          const d = m.let('final', cat(a, b).bits(0, 0)) // name final
          p.y_o.assign(cat(a, d, cmd.addr, c))
        }),
      {
        module: 'm',
        signal: 'A',
        message: 'differs from a in case only',
        at: 'name A',
        related: [['first declared', 'name a']],
      },
      {
        module: 'm',
        signal: 'cmd_addr',
        message: 'is declared twice',
        at: 'name cmd_addr',
        related: [['first declared', 'name cmd']],
      },
      {
        module: 'm',
        signal: 'final',
        message: 'is a reserved word of SystemVerilog',
        at: 'name final',
      },
    ),
    one(
      'two modules of one name',
      () => {
        const build = (width: number) =>
          defineModule('leaf', { y_o: output(uint(4)) }, (_, p) => p.y_o.assign(width)) // leaf
        const first = build(1)
        const second = build(2)
        return defineModule('m', { y_o: output(uint(8)) }, (m, p) => {
          p.y_o.assign(cat(m.instance('u_a', first).y_o, m.instance('u_b', second).y_o))
        })
      },
      {
        module: 'leaf',
        message: 'two modules of different structure have this name',
        at: 'leaf',
        related: [['first defined', 'leaf']],
      },
    ),
  ],
  BAD_NAME: [
    one(
      'names that some tool refuses',
      () =>
        defineModule('m', { y_o: output(uint(4)) }, (m, p) => {
          const a = m.let('two words', uint(1).literal(0)) // bad words
          const b = m.let('a__b', uint(1).literal(0)) // bad underscores
          const c = m.let('1st', uint(1).literal(0)) // bad digit
          const d = m.let('last_', uint(1).literal(0)) // bad end
          p.y_o.assign(cat(a, b, c, d))
        }),
      {
        module: 'm',
        signal: 'two words',
        message: '"two words" is no portable name',
        at: 'bad words',
      },
      { module: 'm', signal: 'a__b', message: '"a__b" is no portable name', at: 'bad underscores' },
      { module: 'm', signal: '1st', message: '"1st" is no portable name', at: 'bad digit' },
      { module: 'm', signal: 'last_', message: '"last_" is no portable name', at: 'bad end' },
    ),
  ],
  UNCONNECTED_PORT: [
    one(
      'an input without a driver, and a connection to no port',
      () => {
        const inner = defineBlackBox('inner', { a_i: input(bool), y_o: output(bool) })
        return defineModule('m', { y_o: output(bool) }, (m, p) => {
          p.y_o.assign(m.instance('u_inner', inner, anything({ b_i: true })).y_o) // connection
        })
      },
      {
        module: 'm',
        signal: 'u_inner.a_i',
        message: 'input of instance u_inner of inner is not connected',
        at: 'connection',
      },
      {
        module: 'm',
        signal: 'u_inner.b_i',
        message: 'u_inner has no port b_i',
        at: 'connection',
      },
    ),
  ],
  NOT_ASSIGNABLE: [
    one(
      'an output connected to an expression, and a reset value that is no constant',
      () => {
        const inner = defineBlackBox('inner', { y_o: output(bool) })
        return defineModule('m', { a_i: input(bool), y_o: output(bool) }, (m, p) => {
          // assignable port
          m.instance('u_inner', inner, { y_o: anything(p.a_i.not()) }) // not assignable
          const q = m.register('q', bool, { reset: p.a_i }) // not constant
          q.next(p.a_i)
          p.y_o.assign(q)
        })
      },
      {
        module: 'm',
        signal: 'u_inner.y_o',
        message: 'an output is connected to what cannot be assigned',
        at: 'not assignable',
      },
      {
        module: 'm',
        signal: 'q',
        message: 'a reset value is a constant',
        at: 'not constant',
        related: [
          ['value', 'assignable port'],
          ['declared', 'not constant'],
        ],
      },
    ),
  ],
  FOREIGN_SIGNAL: [
    one(
      "another module's input",
      () =>
        defineModule('m', { a_i: input(bool), y_o: output(bool) }, (m, p) => {
          // foreign port
          const inner = defineModule('inner', { z_o: output(bool) }, (_, q) => {
            q.z_o.assign(p.a_i.not()) // foreign use
          })
          p.y_o.assign(m.instance('u_inner', inner).z_o.and(p.a_i))
        }),
      {
        module: 'inner',
        signal: 'a_i',
        message: 'is no signal of inner',
        at: 'foreign use',
        related: [['declared', 'foreign port']],
      },
    ),
  ],
  CLOSED_MODULE: [
    one(
      'an assignment after the body',
      () => {
        const late: (() => void)[] = []
        const m = defineModule('m', { y_o: output(bool) }, (_, p) => {
          p.y_o.assign(true)
          late.push(() => p.y_o.assign(false)) // late
        })
        elaborate(m)
        late[0]!()
      },
      { module: 'expression', signal: 'y_o', message: 'the body of m has ended', at: 'late' },
    ),
  ],
  RECURSION: [
    one(
      'a module in itself',
      () => {
        const inner: ModuleDefinition = defineModule('inner', { y_o: output(bool) }, (m) => {
          m.instance('u_outer', outer) // recursion
        })
        const outer: ModuleDefinition = defineModule('outer', { y_o: output(bool) }, (m) => {
          // outer
          m.instance('u_inner', inner)
        })
        return outer
      },
      {
        module: 'outer',
        message: 'outer > inner > outer',
        at: 'recursion',
        related: [['defined', 'outer']],
      },
    ),
  ],
  INCOMPLETE_STATE_MACHINE: [
    one(
      'a state that is not defined, one that is never entered, and a machine without a body',
      () =>
        defineModule('m', { y_o: output(uint(2)) }, (m, p) => {
          const states = ['idle', 'run', 'stop'] as const
          const fsm = m.stateMachine('fsm', states, { initial: 'idle' }) // machine
          fsm.define(anything({ idle: () => fsm.goto('run'), stop: () => {} }))
          p.y_o.assign(fsm.state)
          const other = m.stateMachine('other', ['a', 'b'], { initial: 'a' }) // other machine
          m.unused(other.state)
        }),
      { module: 'm', signal: 'fsm', message: 'state run is not defined', at: 'machine' },
      { module: 'm', signal: 'fsm', message: 'state stop is never entered', at: 'machine' },
      {
        module: 'm',
        signal: 'other',
        message: 'the states are never defined',
        at: 'other machine',
      },
      {
        code: 'UNDRIVEN',
        module: 'm',
        signal: 'other',
        message: 'has no next value',
        at: 'other machine',
      },
    ),
  ],
} satisfies Record<DiagnosticCode, readonly Case[]>

test('every code of the catalogue has a test here', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(catalogue).sort())
})

for (const [code, list] of Object.entries(cases)) {
  describe(code, () => {
    test.each(list.map((one) => [one.what, one] as const))('%s', (_, { design, faults }) => {
      const { diagnostics, message } = faultsOf(design)
      const found = diagnostics.map(({ place, related, ...rest }) => ({
        ...rest,
        place: where(place),
        related: related.map((other) => [other.role, where(other.place)]),
      }))
      const expected = faults.map((fault) => ({
        code: fault.code ?? code,
        module: fault.module,
        signal: fault.signal,
        message: fault.message,
        place: `${file}:${lineOf(fault.at)}`,
        related: (fault.related ?? []).map(([role, mark]) => [role, `${file}:${lineOf(mark)}`]),
      }))
      const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      expect([...found].sort(byText)).toEqual([...expected].sort(byText))

      for (const diagnostic of diagnostics) {
        const text = formatDiagnostic(diagnostic)
        const { hint } = catalogue[diagnostic.code]
        expect(text).toContain(`error[${diagnostic.code}] ${diagnostic.module}`)
        expect(text.endsWith(`\n  hint: ${hint}`)).toBe(true)
        expect(message).toContain(text)
      }
    })
  })
}

function faultsOf(design: () => ModuleDefinition): DesignError {
  try {
    elaborate(design())
  } catch (error) {
    if (error instanceof DesignError) return error
    throw error
  }
  throw new Error('no fault was found')
}

function where(place: { readonly line: { file: string; line: number } | undefined }): string {
  return `${place.line?.file}:${place.line?.line}`
}

test('the faults of a design are reported together, sorted by place, each once', () => {
  const leaf = defineModule('leaf', { a_i: input(bool), y_o: output(bool) }, () => {})
  const top = defineModule('top', { a_i: input(uint(2)), y_o: output(uint(4)) }, (m, p) => {
    m.instance('u_a', leaf)
    m.instance('u_b', leaf, { a_i: true })
    p.y_o.assign(anything(p.a_i))
    p.y_o.assign(mux(true as never, p.a_i, 1).extend(4))
    m.wire('loose', bool)
    m.unused(streamInput)
  })
  const { diagnostics, message } = faultsOf(() => top)
  expect(diagnostics.map(({ code, module, signal }) => `${code} ${module} ${signal}`)).toEqual([
    'UNUSED leaf a_i',
    'UNDRIVEN leaf y_o',
    'UNCONNECTED_PORT top u_a.a_i',
    'WIDTH top y_o',
    'MULTIPLY_DRIVEN top y_o',
    'UNDRIVEN top loose',
    'UNUSED top loose',
  ])
  const lines = diagnostics.map(({ place }) => place.line!.line)
  expect(lines).toEqual([...lines].sort((a, b) => a - b))
  expect(message).toMatch(/^7 faults\n/)
})
