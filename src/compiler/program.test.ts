import { expect, test } from 'vitest'
import {
  encodeProgram,
  type Instruction,
  programLayout,
  units,
  vectorOperations,
} from './program.js'

const program: readonly Instruction[] = [
  {
    cycle: 0,
    action: { unit: 'vector', operation: 'embed', beats: 8, interval: 1, results: 0, table: 0 },
  },
  {
    cycle: 14,
    action: { unit: 'sweep', order: 3, codeBase: 1000, scaleBase: 77, bank: 1, results: 60 },
  },
  {
    cycle: 15,
    action: { unit: 'vector', operation: 'head', beats: 64, interval: 9, results: 5, table: 88 },
  },
  { cycle: 16, action: { unit: 'attend' } },
  { cycle: 300, action: { unit: 'end' } },
]

test('every field of every instruction is found again where the layout says', () => {
  const layout = programLayout(program)
  const decoded = encodeProgram(program, layout).map((word) => {
    let rest = word
    const take = (width: number) => {
      const value = Number(rest & ((1n << BigInt(width)) - 1n))
      rest >>= BigInt(width)
      return value
    }
    const delay = take(layout.delay.width) + 1
    const unit = units[take(layout.unit.width)]!
    const fields = unit === 'sweep' || unit === 'vector' ? layout.operands[unit] : []
    const operands = Object.fromEntries(fields.map(({ name, width }) => [name, take(width)]))
    return { delay, unit, operands }
  })
  expect(decoded).toEqual([
    {
      delay: 14,
      unit: 'vector',
      operands: { operation: 0, beats: 8, interval: 1, results: 0, table: 0 },
    },
    {
      delay: 1,
      unit: 'sweep',
      operands: { order: 3, code_base: 1000, scale_base: 77, bank: 1, results: 60 },
    },
    {
      delay: 1,
      unit: 'vector',
      operands: {
        operation: vectorOperations.indexOf('head'),
        beats: 64,
        interval: 9,
        results: 5,
        table: 88,
      },
    },
    { delay: 284, unit: 'attend', operands: {} },
    { delay: 1, unit: 'end', operands: {} },
  ])
})
