import { expect, test } from 'vitest'
import { parseAiger, truthTable } from './aiger.js'

/** `y[0] = a[0] and not a[1]`, `y[1] = true`, `y[2] = not a[5]`; two inputs are unused. */
const circuit = `aag 6 5 0 3 1
2
4
6
8
10
12
1
11
12 2 5
i0 a[0]
i1 a[1]
i2 a[2]
i3 a[3]
i4 a[5]
o0 y[0]
o1 y[1]
o2 y[2]
c
a comment
`

test('outputs for every value of the inputs', () => {
  const text = circuit.replace('i3 a[3]', 'i3 a[4]').replace('i4 a[5]', 'i4 a[3]')
  const table = truthTable(parseAiger(text), { name: 'a', width: 5 }, { name: 'y', width: 3 })
  for (let a = 0; a < 32; a++) {
    expect([0, 1, 2].map((bit) => table.bit(a, bit))).toEqual([
      (a & 3) === 1 ? 1 : 0,
      1,
      ((a >> 3) & 1) ^ 1,
    ])
  }
})

test('more than 32 values', () => {
  const wide = `aag 6 6 0 1 0\n${[2, 4, 6, 8, 10, 12].join('\n')}\n12\n${[0, 1, 2, 3, 4, 5]
    .map((bit) => `i${bit} a[${bit}]\n`)
    .join('')}o0 y\n`
  const table = truthTable(parseAiger(wide), { name: 'a', width: 6 }, { name: 'y', width: 1 })
  expect(Array.from({ length: 64 }, (_, a) => table.bit(a, 0))).toEqual([
    ...Array(32).fill(0),
    ...Array(32).fill(1),
  ])
})

test.each([
  ['module m; endmodule', /no ASCII AIGER/],
  ['aag 1 0 1 0 0\n2 3\n', /1 latches/],
  ['aag 2 1 0 0 1\n2\n4 2 6\n', /before its operands/],
])('%j is refused', (text, message) => {
  expect(() => parseAiger(text)).toThrow(message)
})

test('a bit that the circuit does not have', () => {
  const graph = parseAiger(circuit)
  expect(() => truthTable(graph, { name: 'a', width: 7 }, { name: 'y', width: 3 })).toThrow('a[4]')
})
