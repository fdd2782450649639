import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { activationBeats, groupBeats } from '../../src/compiler/sweep-order.js'
import { accumulatorLatency, lUnitTiming } from '../l-unit/schedule.js'
import { accumulatorsOf } from '../l-unit/sequencer.js'
import { randomActivations } from '../l-unit/testing/random-weights.js'
import { referenceProduct } from '../l-unit/testing/reference.js'
import type { LUnitWeights } from '../l-unit/weights.js'
import { openModule } from '../testing/open-embedded.js'
import { adapterAUnit } from './a-unit.js'
import { type AdapterParameters, adapterSlots } from './parameters.js'
import { frameWords, randomRows, zeroCode } from './testing/a-rows.js'
import { chipRank, testParameters } from './testing/test-parameters.js'

const group = 32

function open(parameters: AdapterParameters, seed: number) {
  return openModule(adapterAUnit(parameters), seed)
}
type AUnit = ReturnType<typeof open>

/** Codes of a beat of a row; those behind the end of the row stand for zero. */
function beatCodes({ columns, codes }: LUnitWeights, row: number, first: number, lanes: number) {
  return Array.from({ length: lanes }, (_, lane) =>
    first + lane < columns ? codes[row * columns + first + lane]! : zeroCode,
  )
}

/** Writes the rows of a slot one after the other, groups and beats in order. */
function load(unit: AUnit, parameters: AdapterParameters, slot: number, rows: LUnitWeights): void {
  const { lanes, codeDepth, scaleDepth } = parameters
  const beats = Math.ceil(rows.columns / lanes)
  unit.poke('code_write_i', true)
  for (let at = 0; at < rows.rows * beats; at++) {
    const codes = beatCodes(rows, Math.floor(at / beats), (at % beats) * lanes, lanes)
    unit.poke('code_write_address_i', slot * codeDepth + at)
    for (const [word, data] of frameWords(codes).entries()) {
      unit.poke('write_word_i', word)
      unit.poke('write_data_i', data)
      unit.step()
    }
  }
  unit.poke('code_write_i', false)
  unit.poke('scale_write_i', true)
  for (const [at, scale] of rows.scales.entries()) {
    unit.poke('scale_write_address_i', slot * scaleDepth + at)
    unit.poke('write_data_i', scale)
    unit.step()
  }
  unit.poke('scale_write_i', false)
}

interface Visit {
  readonly slot: number
  readonly row: number
}

/** Multiplies rows one after the other, every input at the clock edge that `lUnitTiming` says; gives their results. */
function multiply(
  unit: AUnit,
  { lUnit, orders, codeDepth, scaleDepth }: AdapterParameters,
  visits: readonly Visit[],
  activations: ReturnType<typeof randomActivations>,
): number[] {
  const { lanes } = lUnit
  const [order] = orders
  const timing = lUnitTiming(lUnit)
  const pokes = new Map<number, (() => void)[]>()
  const at = (cycle: number, poke: () => void) =>
    pokes.set(cycle, [...(pokes.get(cycle) ?? []), poke])
  const resultCycles: number[] = []
  const accumulators = accumulatorsOf({ orders, codeDepth, scaleDepth })
  let cycle = 0
  for (const [visit, { slot, row }] of visits.entries()) {
    const index = visit % accumulators
    for (let g = 0; g < order!.groups; g++) {
      const beats = groupBeats(order!, g)
      const scale = slot * scaleDepth + row * order!.groups + g
      for (let beat = 0; beat < beats; beat++, cycle++) {
        const first = g * group + beat * lanes
        const code = slot * codeDepth + row * activationBeats(order!) + first / lanes
        const numbers = Array.from(
          { length: lanes },
          (_, lane) => activations.mantissas[first + lane] ?? 0,
        )
        at(cycle + timing.codeAddress, () => unit.poke('code_address_i', code))
        at(cycle + timing.scaleAddress, () => unit.poke('scale_address_i', scale))
        at(cycle + timing.activation, () => unit.poke('activation_i', numbers))
        at(cycle + timing.firstBeat, () => unit.poke('first_beat_i', beat === 0))
        at(cycle + timing.accumulatorWrite, () => unit.poke('write_enable_i', beat === beats - 1))
      }
      const last = cycle - 1
      at(last + timing.exponent, () => unit.poke('exponent_i', activations.exponents[g]!))
      at(last + timing.accumulatorRead, () => {
        unit.poke('first_group_i', g === 0)
        unit.poke('read_index_i', index)
      })
      at(last + timing.accumulatorWrite, () => unit.poke('write_index_i', index))
      at(last + timing.accumulatorWrite + 1, () => unit.poke('write_enable_i', false))
      if (g === order!.groups - 1) resultCycles.push(last + timing.accumulatorWrite)
      else cycle += accumulatorLatency(lUnit)
    }
  }
  const results: number[] = []
  for (let now = 0; now <= resultCycles.at(-1)!; now++) {
    for (const poke of pokes.get(now) ?? []) poke()
    if (resultCycles.includes(now)) results.push(unit.peek('result_o'))
    unit.step()
  }
  return results
}

const anyUnit = fc.record({
  adapterRank: fc.integer({ min: 1, max: 64 }),
  length: fc.integer({ min: 1, max: 150 }),
  lanes: fc.constantFrom(1, 4, 16),
  mantissaBits: fc.integer({ min: 10, max: 16 }),
  visits: fc.array(fc.record({ slot: fc.nat({ max: 1 }), row: fc.nat({ max: 63 }) }), {
    minLength: 2,
    maxLength: 8,
  }),
})

test('any rows of both slots, of ranks 1 to 64, times a vector of any length', () => {
  fc.assert(
    fc.property(anyUnit, fc.integer(), ({ adapterRank, length, ...given }, seed) => {
      const { lanes, mantissaBits } = given
      const rank = chipRank(adapterRank)
      const sizes = { rank, units: 1, columns: 1, vectorLanes: 1, lanes, group, mantissaBits }
      const sweeps = [{ length, projections: 1 }]
      const parameters = testParameters({ ...sizes, group, sweeps })
      const random = new Random(seed)
      const shape = { rows: rank, columns: length, group }
      const unit = open(parameters, seed)
      const slots = Array.from({ length: adapterSlots }, (_, slot) => {
        const rows = randomRows(random, shape, (row) => row >= adapterRank)
        load(unit, parameters, slot, rows)
        return rows
      })
      const activations = randomActivations(random, { ...shape, bits: 8 }, mantissaBits)
      const products = slots.map((rows) => referenceProduct(rows, group, mantissaBits, activations))
      const visits = given.visits.map(({ slot, row }) => ({ slot, row: row % rank }))
      const results = multiply(unit, parameters, visits, activations)
      expect(results).toEqual(visits.map(({ slot, row }) => products[slot]![row]!))
      unit.close()
    }),
    { numRuns: 20 },
  )
})
