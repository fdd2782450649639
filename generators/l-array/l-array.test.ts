import { expect, test } from 'vitest'
import { type CodeBits, codeWidth } from '../../src/common/code-bits.js'
import { Random } from '../../src/common/random.js'
import { digitsOfCode } from '../../src/compiler/code-digits.js'
import { columnGroups, columnLength } from '../../src/compiler/column-split.js'
import type { SweptMatrix } from '../../src/compiler/placement.js'
import { lUnitRoms } from '../../src/compiler/rom-contents.js'
import {
  codeWords,
  rowEnds,
  scaleWords,
  sweepCycles,
  sweepOrder,
} from '../../src/compiler/sweep-order.js'
import { alignVector, MatrixProduct } from '../../src/golden/index.js'
import { RomContents } from '../../src/hdl/index.js'
import type { QuantizedMatrix } from '../../src/quantize/index.js'
import { lUnitParameters, needsSums, pipelineOfDepth } from '../l-unit/parameters.js'
import { accumulatorLatency } from '../l-unit/schedule.js'
import { randomWeights } from '../l-unit/testing/random-weights.js'
import { scaleWordBits } from '../l-unit/weights.js'
import { openModule } from '../testing/open-embedded.js'
import { lArray, meshResultEdges } from './l-array.js'

const floats = new Float32Array(1)
const patterns = new Uint32Array(floats.buffer)

function patternOf(value: number): number {
  floats[0] = value
  return patterns[0]!
}

function sweeps(
  parameters: ReturnType<typeof lUnitParameters>,
  units: number,
  columns: number,
  matrices: readonly QuantizedMatrix[],
): SweptMatrix<QuantizedMatrix>[] {
  let [codeBase, scaleBase] = [0, 0]
  return matrices.map((matrix, i) => {
    const latency = { ...parameters, accumulatorLatency: accumulatorLatency(parameters) }
    const rows = Math.ceil(matrix.rows / units)
    const length = columnLength(matrix.columns, matrix.group, columns)
    const order = sweepOrder(latency, rows, length, digitsOfCode(matrix.bits, parameters.bits))
    const placed = Array.from({ length: matrix.rows }, (_, row) => ({ matrix, row }))
    const swept = {
      name: `m${i}`,
      rows: placed,
      unitRows: [placed],
      columnGroups: columnGroups(Math.ceil(matrix.columns / matrix.group), columns),
      results: matrix.rows,
      turns: 1,
      order,
      codeBase,
      scaleBase,
    }
    codeBase += codeWords(order)
    scaleBase += scaleWords(order)
    return swept
  })
}

function randomMatrix(
  random: Random,
  rows: number,
  columns: number,
  codeBits: CodeBits,
  offsets = false,
) {
  const weights = randomWeights(random, { rows, columns, bits: codeBits, group: 32, offsets })
  return { ...weights, bits: codeBits, group: 32 } as const satisfies QuantizedMatrix
}

const ternary = { bits: 'ternary', offsets: false } as const

test.each([
  { rows: 1, columns: 1, lUnits: 1, lanes: 8, depth: 6, registers: 0, bits: 4, offsets: false },
  { rows: 2, columns: 1, lUnits: 1, lanes: 32, depth: 10, registers: 1, bits: 4, offsets: false },
  { rows: 1, columns: 1, lUnits: 4, lanes: 16, depth: 0, registers: 0, bits: 4, offsets: false },
  { rows: 2, columns: 2, lUnits: 2, lanes: 16, depth: 10, registers: 2, bits: 4, offsets: false },
  { rows: 1, columns: 4, lUnits: 1, lanes: 32, depth: 6, registers: 0, bits: 4, offsets: false },
  { rows: 2, columns: 3, lUnits: 1, lanes: 16, depth: 10, registers: 1, bits: 4, offsets: false },
  { rows: 1, columns: 5, lUnits: 1, lanes: 32, depth: 0, registers: 0, bits: 4, offsets: false },
  { rows: 1, columns: 1, lUnits: 2, lanes: 16, depth: 6, registers: 0, bits: 2, offsets: true },
  { rows: 1, columns: 2, lUnits: 1, lanes: 32, depth: 10, registers: 1, bits: 4, offsets: true },
  { ...ternary, rows: 1, columns: 1, lUnits: 2, lanes: 16, depth: 6, registers: 0 },
  { ...ternary, rows: 2, columns: 3, lUnits: 1, lanes: 32, depth: 10, registers: 1 },
] as const)(
  'sweeps of several matrices: $rows x $columns x $lUnits, $lanes lanes, depth $depth, $registers registers, $bits bits, offsets $offsets',
  ({ rows, columns, lUnits, lanes, depth, registers, bits, offsets }) => {
    const units = rows * lUnits
    const random = new Random(units)
    const parameters = lUnitParameters({
      bits,
      offsets,
      group: 32,
      lanes,
      pipeline: pipelineOfDepth(depth),
      rom: { kind: 'table' },
    })
    const matrices = [
      randomMatrix(random, 9, 70, 4, offsets),
      randomMatrix(random, 3, 20, bits),
      randomMatrix(random, 8, 64, 4),
    ]
    const swept = sweeps(parameters, units, columns, matrices)
    const set = {
      orders: swept.map(({ order }) => order),
      codeDepth: swept.reduce((sum, { order }) => sum + codeWords(order), 0),
      scaleDepth: swept.reduce((sum, { order }) => sum + scaleWords(order), 0),
    }
    const contents = lUnitRoms({ columns, lUnits: units, lanes, bits, offsets }, swept).map(
      (column) =>
        column.map((roms) => ({
          codes: RomContents.fromBytes(lanes * codeWidth(bits), roms.codeBytes),
          scales: RomContents.fromWords(scaleWordBits(parameters), roms.scaleWords),
        })),
    )
    const mesh = { rows, columns, registers }
    const chip = openModule(lArray(parameters, set, mesh, contents))
    const resultEdge = meshResultEdges(parameters, mesh)
    const { mantissaBits } = parameters
    for (const [number, matrix] of matrices.entries()) {
      const x = Float32Array.from(
        { length: matrix.columns },
        () => random.integer(-(2 ** 20), 2 ** 20) / 2 ** 19,
      )
      const aligned = alignVector(x, 32, mantissaBits)
      const product = new MatrixProduct(matrix, { mantissaBits, digitBits: bits, columns })
      const expected = [...product.times(x)].map(patternOf)
      const { order, codeBase, scaleBase, columnGroups: dealt } = swept[number]!
      const groupsAt = (step: number) => dealt.map((groups) => aligned[groups[step]!])
      const results: number[] = []
      const times: number[] = []
      chip.poke('order_i', number)
      chip.poke('code_base_i', codeBase)
      chip.poke('scale_base_i', scaleBase)
      chip.poke('start_i', true)
      const cycles = sweepCycles(order) + resultEdge + 2
      for (let cycle = 0; cycle < cycles; cycle++) {
        const beat = chip.peek('activation_address_o')
        const group = Math.floor((beat * lanes) / 32)
        const first = (beat * lanes) % 32
        const beats = groupsAt(group).flatMap((own) =>
          Array.from({ length: lanes }, (_, lane) => own?.mantissas[first + lane] ?? 0),
        )
        const sums = groupsAt(chip.peek('sum_address_o')).map((own) => own?.sum ?? 0)
        const exponents = groupsAt(chip.peek('exponent_address_o')).map((own) => own?.exponent ?? 0)
        if (chip.peek('result_valid_o')) {
          results.push(...(chip.peek('result_o') as number[]))
          times.push(cycle)
        }
        chip.step()
        chip.poke('start_i', false)
        chip.poke('activation_i', beats)
        if (needsSums(parameters)) {
          chip.poke(
            'negated_sum_i',
            sums.map((sum) => -sum),
          )
        }
        chip.poke(
          'exponent_i',
          exponents.map((exponent) => exponent + 127),
        )
      }
      expect(results.slice(0, matrix.rows)).toEqual(expected)
      expect(results.slice(matrix.rows).every((value) => value === 0)).toBe(true)
      expect(times).toEqual(rowEnds(order).map((end) => 1 + end + resultEdge))
    }
  },
)
