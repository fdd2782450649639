import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import type { SweptMatrix } from '../../src/compiler/placement.js'
import { lUnitRoms } from '../../src/compiler/rom-contents.js'
import {
  codeWords,
  rowEnds,
  scaleWords,
  sweepCycles,
  sweepOrder,
} from '../../src/compiler/sweep-order.js'
import { alignVector, matrixVector } from '../../src/golden/index.js'
import { RomContents } from '../../src/hdl/index.js'
import type { QuantizedMatrix } from '../../src/quantize/index.js'
import { lUnitParameters, pipelineOfDepth } from '../l-unit/parameters.js'
import { accumulatorLatency, lUnitTiming } from '../l-unit/schedule.js'
import { randomWeights } from '../l-unit/testing/random-weights.js'
import { openModule } from '../testing/open-embedded.js'
import { lArray } from './l-array.js'

const floats = new Float32Array(1)
const bits = new Uint32Array(floats.buffer)

function patternOf(value: number): number {
  floats[0] = value
  return bits[0]!
}

function sweeps(
  parameters: ReturnType<typeof lUnitParameters>,
  units: number,
  matrices: readonly QuantizedMatrix[],
): SweptMatrix[] {
  let [codeBase, scaleBase] = [0, 0]
  return matrices.map((matrix, i) => {
    const latency = { ...parameters, accumulatorLatency: accumulatorLatency(parameters) }
    const rows = Math.ceil(matrix.rows / units)
    const order = sweepOrder(latency, rows, matrix.columns, matrix.bits / parameters.bits)
    const swept = {
      name: `m${i}`,
      rows: Array.from({ length: matrix.rows }, (_, row) => ({ matrix, row })),
      order,
      codeBase,
      scaleBase,
    }
    codeBase += codeWords(order)
    scaleBase += scaleWords(order)
    return swept
  })
}

function randomMatrix(random: Random, rows: number, columns: number, codeBits: 2 | 4 | 8) {
  const weights = randomWeights(random, { rows, columns, bits: codeBits, group: 32 })
  return { ...weights, bits: codeBits, group: 32 } as const satisfies QuantizedMatrix
}

test.each([
  { units: 1, lanes: 8, depth: 6 },
  { units: 2, lanes: 32, depth: 10 },
  { units: 4, lanes: 16, depth: 0 },
])(
  'sweeps of several matrices: $units units, $lanes lanes, depth $depth',
  ({ units, lanes, depth }) => {
    const random = new Random(units)
    const parameters = lUnitParameters({
      group: 32,
      lanes,
      pipeline: pipelineOfDepth(depth),
      rom: { kind: 'table' },
    })
    const matrices = [
      randomMatrix(random, 9, 70, 4),
      randomMatrix(random, 3, 20, 4),
      randomMatrix(random, 8, 64, 4),
    ]
    const swept = sweeps(parameters, units, matrices)
    const set = {
      orders: swept.map(({ order }) => order),
      codeDepth: swept.reduce((sum, { order }) => sum + codeWords(order), 0),
      scaleDepth: swept.reduce((sum, { order }) => sum + scaleWords(order), 0),
    }
    const contents = lUnitRoms({ lUnits: units, lanes, bits: 4 }, swept).map((roms) => ({
      codes: RomContents.fromBytes(lanes * 4, roms.codeBytes),
      scales: RomContents.fromWords(20, roms.scaleWords),
    }))
    const chip = openModule(lArray(parameters, set, contents))
    const timing = lUnitTiming(parameters)
    for (const [number, matrix] of matrices.entries()) {
      const x = Float32Array.from(
        { length: matrix.columns },
        () => random.integer(-(2 ** 20), 2 ** 20) / 2 ** 19,
      )
      const aligned = alignVector(x, 32, parameters.mantissaBits)
      const expected = [...matrixVector(matrix, x, parameters.mantissaBits)].map(patternOf)
      const { order, codeBase, scaleBase } = swept[number]!
      const results: number[] = []
      const times: number[] = []
      chip.poke('order_i', number)
      chip.poke('code_base_i', codeBase)
      chip.poke('scale_base_i', scaleBase)
      chip.poke('start_i', true)
      const cycles = sweepCycles(order) + timing.accumulatorWrite + 2
      for (let cycle = 0; cycle < cycles; cycle++) {
        const beat = chip.peek('activation_address_o')
        const group = Math.floor((beat * lanes) / 32)
        const first = (beat * lanes) % 32
        const mantissas = aligned[group]?.mantissas.subarray(first, first + lanes)
        const sum = aligned[chip.peek('sum_address_o')]?.sum ?? 0
        const exponent = aligned[chip.peek('exponent_address_o')]?.exponent ?? 0
        if (chip.peek('result_valid_o')) {
          results.push(...(chip.peek('result_o') as number[]))
          times.push(cycle)
        }
        chip.step()
        chip.poke('start_i', false)
        chip.poke(
          'activation_i',
          Array.from({ length: lanes }, (_, i) => mantissas?.[i] ?? 0),
        )
        chip.poke('negated_sum_i', -sum)
        chip.poke('exponent_i', exponent + 127)
      }
      expect(results.slice(0, matrix.rows)).toEqual(expected)
      expect(results.slice(matrix.rows).every((value) => value === 0)).toBe(true)
      expect(times).toEqual(rowEnds(order).map((end) => 1 + end + timing.accumulatorWrite))
    }
  },
)
