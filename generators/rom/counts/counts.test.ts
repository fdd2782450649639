import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/common/random.js'
import { RomContents, type UInt, uint } from '../../../src/hdl/index.js'
import { type ExpressionNode, operandsOf } from '../../../src/hdl/ir/expression.js'
import { randomContents } from '../../testing/random-contents.js'
import { blockRom } from '../block-rom.js'
import { sumOfOnes } from '../sum-of-ones.js'
import { countRom, logicPolicyNames } from './index.js'
import { nodesByLevel } from './table-counts.js'

/** Random words of any shape and density, some of them alike. */
const contents = fc
  .record({
    depth: fc.integer({ min: 1, max: 70 }),
    width: fc.integer({ min: 1, max: 40 }),
    density: fc.constantFrom(0, 0.02, 0.3, 0.5, 1),
    period: fc.integer({ min: 1, max: 100 }),
    seed: fc.integer(),
  })
  .map(({ depth, width, density, period, seed }) => {
    const words = randomContents(new Random(seed), depth, width, density)
    const repeated = Array.from({ length: depth }, (_, address) => words.word(address % period))
    return RomContents.fromWords(width, repeated)
  })

/** What a construction's columns are the ORs of, and how often each of these is an input. */
function inputsOf(word: ExpressionNode): Map<ExpressionNode, number> {
  const inputs = new Map<ExpressionNode, number>()
  const visit = (node: ExpressionNode): void => {
    if (node.kind === 'const') return
    const isPart = node.kind === 'concat' || (node.kind === 'unary' && node.op === 'reduceOr')
    if (isPart) for (const operand of operandsOf(node)) visit(operand)
    else inputs.set(node, (inputs.get(node) ?? 0) + 1)
  }
  visit(word)
  return inputs
}

/** An address that is no constant. */
function address({ addressWidth }: RomContents): UInt {
  return uint(addressWidth).literal(0).not()
}

/** The selection and the pattern of a bit of a vector of lines. */
function selectionOf(line: ExpressionNode): ExpressionNode {
  if (line.kind !== 'slice' || line.a.kind !== 'binary' || line.a.a.kind !== 'concat') {
    throw new Error(`${line.kind} is no line`)
  }
  const { parts } = line.a.a
  return parts[parts.length - 1 - line.low]!
}

describe('counted parts are those that are built', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('of a B-ROM with blocks of %i', (block) => {
    fc.assert(
      fc.property(contents, (words) => {
        const inputs = inputsOf(blockRom(address(words), words, block).node)
        const { area, path } = countRom(`brom:${block}`, words)
        const orInputs = [...inputs.values()].reduce((sum, count) => sum + count, 0)
        expect(area).toMatchObject({
          patternLines: inputs.size,
          orInputs,
          decoderLines: new Set([...inputs.keys()].map(selectionOf)).size,
        })
        expect(path.constant).toBe(orInputs === 0 ? 0 : 1)
      }),
      { seed: block, numRuns: 40 },
    )
  })

  test('of a sum of ones', () => {
    fc.assert(
      fc.property(contents, (words) => {
        const inputs = inputsOf(sumOfOnes(address(words), words).node)
        expect(countRom('sum-of-ones', words).area).toMatchObject({
          wordLines: inputs.size,
          ones: [...inputs.values()].reduce((sum, count) => sum + count, 0),
        })
      }),
      { seed: 9, numRuns: 40 },
    )
  })
})

test('a table has a node for every different part of a column whose halves differ', () => {
  fc.assert(
    fc.property(contents, (words) => {
      const { addressWidth, width } = words
      const columns = Array.from({ length: width }, (_, column) =>
        Array.from({ length: 2 ** addressWidth }, (_, at) => words.bit(at, column)).join(''),
      )
      const expected = Array.from({ length: addressWidth }, (_, level) => {
        const size = 2 ** (level + 1)
        const parts = columns.flatMap((column) =>
          Array.from({ length: column.length / size }, (_, i) =>
            column.slice(i * size, (i + 1) * size),
          ),
        )
        const differing = parts.filter((part) => part.slice(0, size / 2) !== part.slice(size / 2))
        return new Set(differing).size
      })
      expect(nodesByLevel(words)).toEqual(expected)
      const { lowNodes, highNodes } = countRom('table', words).area
      expect([lowNodes, highNodes]).toEqual([
        expected.slice(0, 3).reduce((a, b) => a + b, 0),
        expected.slice(3).reduce((a, b) => a + b, 0),
      ])
    }),
    { seed: 10, numRuns: 60 },
  )
})

test('loads and patterns of a small B-ROM', () => {
  // Blocks of two: column 0 has the patterns 01, 01, 10; column 1 has 01, 11, 00.
  const words = RomContents.fromWords(2, [0b11, 0b00, 0b11, 0b10, 0b00, 0b01])
  const { area, path, load } = countRom('brom:2', words)
  expect(area).toEqual({
    constant: 1,
    addressBits: 3,
    decoderLines: 3,
    patternLines: 4,
    orInputs: 5,
    patterns: 3,
  })
  expect(path).toEqual({ constant: 1, addressBits: 3, orLevels: Math.log2(3) })
  expect(load).toEqual({ linesOfBlock: 2, blocksOfPattern: 2 })
})

test('of a small ROM by symbols', () => {
  // Words 1, 2 and 5 are joined, word 4 is alone; halves of zeros are the most frequent.
  const words = RomContents.fromWords(4, [0, 6, 6, 0, 9, 6])
  const { area, path, load } = countRom('symbols:4', words)
  expect(area).toEqual({
    constant: 1,
    addressBits: 3,
    wordLines: 6,
    joins: 1,
    joinInputs: 3,
    orInputs: 4,
    columnInputs: 4,
  })
  expect(path).toEqual({ constant: 1, addressBits: 3, orLevels: 0 })
  expect(load).toEqual({ groups: 1 })
})

test('policies without logic of their own, and placeholders, are not counted', () => {
  const words = RomContents.fromWords(2, [1, 2])
  expect(logicPolicyNames).toHaveLength(14)
  expect(() => countRom('macro', words)).toThrow(RangeError)
  for (const name of logicPolicyNames) {
    expect(() => countRom(name, RomContents.placeholder(4, 4))).toThrow(/placeholder/)
  }
})
