import { expect, test } from 'vitest'
import { nativeSuite } from '../common/tools.js'
import { defineModule, elaborate, input, output, uint } from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { instanceCount, separateDesigns } from './separate-designs.js'
import { verilatorLint } from './testing/tools.js'

const increment = defineModule(
  'increment',
  { a_i: input(uint(4)), y_o: output(uint(4)) },
  (_, { a_i, y_o }) => y_o.assign(a_i.add(1).truncate(4)),
)

const twice = defineModule(
  'twice',
  { a_i: input(uint(4)), y_o: output(uint(4)) },
  (m, { a_i, y_o }) => {
    const first = m.instance('u_first', increment, { a_i })
    y_o.assign(m.instance('u_second', increment, { a_i: first.y_o }).y_o)
  },
)

const top = defineModule(
  'four_times',
  { a_i: input(uint(4)), y_o: output(uint(4)) },
  (m, { a_i, y_o }) => {
    const first = m.instance('u_first', twice, { a_i })
    y_o.assign(m.instance('u_second', twice, { a_i: first.y_o }).y_o)
  },
)

const design = emitDesign(elaborate(top))

test('every module is a design with black boxes for its children', () => {
  const parts = separateDesigns(design)
  expect(parts.map((part) => [part.top, part.files.map(({ path }) => path)])).toEqual([
    ['increment', ['increment.sv']],
    ['twice', ['stubs/increment.sv', 'twice.sv']],
    ['four_times', ['stubs/twice.sv', 'four_times.sv']],
  ])
  expect(instanceCount(design)).toBe(6)
})

const suite = nativeSuite('separate designs are linted like the whole', ['verilator'])
test.skipIf(suite.skip)(suite.title, () => {
  const messages = (text: (source: string) => string) =>
    separateDesigns(design).map((part) =>
      verilatorLint({
        ...part,
        files: part.files.map((file) => ({ ...file, text: text(file.text) })),
      }),
    )
  expect(messages((source) => source)).toEqual(['', '', ''])
  const faulty = messages((source) => source.replace(/\.a_i *\(u_first\w*\)/, '.a_i()'))
  expect(faulty.map((message) => message !== '')).toEqual([false, true, true])
})
