import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { numberOfBits16 } from '../l-unit/testing/reference.js'
import { bitsOf32, round32 } from '../testing/binary32.js'
import { openModule } from '../testing/open-embedded.js'
import { adapterBLane, bLaneEdges } from './b-lane.js'
import { type AdapterParameters, adapterSlots } from './parameters.js'
import { frameWords, zeroCode } from './testing/a-rows.js'
import { testParameters } from './testing/test-parameters.js'

const seed = 11

function parametersOf(rank: number, mantissaBits: number): AdapterParameters {
  const sizes = { rank, units: rank, columns: 1, vectorLanes: 2, lanes: 8, mantissaBits }
  const sweeps = [{ length: 8, projections: 1 }]
  return { ...testParameters({ ...sizes, group: 32, sweeps }), beats: 5 }
}

/** Rows of B in both slots: codes of -127 to 127, scales of any finite binary16 that is not negative. */
function randomRows(random: Random, { rank, beats }: AdapterParameters) {
  return Array.from({ length: adapterSlots * beats }, (_, row) => ({
    codes: Array.from({ length: rank }, () => random.integer(-127, 127)),
    scale: row === 0 ? 0 : random.integer(1, row % 3 === 0 ? 0x3ff : 0x7bff),
  }))
}

type Row = ReturnType<typeof randomRows>[number]

function load(lane: ReturnType<typeof open>, rows: readonly Row[]): void {
  for (const [address, { codes, scale }] of rows.entries()) {
    lane.poke('code_write_address_i', address)
    lane.poke('scale_write_address_i', address)
    lane.poke('code_write_i', true)
    for (const [word, data] of frameWords(codes.map((code) => code + zeroCode)).entries()) {
      lane.poke('write_word_i', word)
      lane.poke('write_data_i', data)
      lane.step()
    }
    lane.poke('code_write_i', false)
    lane.poke('scale_write_i', true)
    lane.poke('write_data_i', scale)
    lane.step()
    lane.poke('scale_write_i', false)
  }
}

function open(parameters: AdapterParameters) {
  return openModule(adapterBLane(parameters), seed)
}

test.each([
  [8, 12],
  [16, 16],
  [64, 10],
])(
  `rank %i, %i bits: every row of both slots times a vector, an address a cycle (seed ${seed})`,
  (rank, bits) => {
    const parameters = parametersOf(rank, bits)
    const random = new Random(seed)
    const rows = randomRows(random, parameters)
    const lane = open(parameters)
    load(lane, rows)
    const most = 2 ** (bits - 1) - 1
    const expected: number[] = []
    const found: number[] = []
    const cycles = 300
    let address = 0
    for (let cycle = 0; cycle < cycles; cycle++) {
      const vector = Array.from({ length: rank }, () => random.integer(-most, most))
      const exponent = random.integer(1, 254)
      const { codes, scale } = rows[address]!
      const dot = codes.reduce((sum, code, i) => sum + code * vector[i]!, 0)
      const exact = numberOfBits16(scale) * dot
      expected.push(bitsOf32(round32(exact * 2 ** (exponent - 127 - bits + 2))))
      lane.poke('address_i', address)
      lane.step()
      found.push(lane.peek('delta_o'))
      lane.poke('vector_i', vector)
      lane.poke('exponent_i', exponent)
      address = random.integer(0, rows.length - 1)
    }
    const last = cycles - bLaneEdges
    expect(found.slice(bLaneEdges - 1, bLaneEdges - 1 + last)).toEqual(expected.slice(0, last))
  },
)

test('a word is written whole, part by part, and leaves the other words and the scales', () => {
  const parameters = parametersOf(8, 12)
  const lane = open(parameters)
  const rows = randomRows(new Random(seed), parameters).map((row) => ({ ...row, scale: 0x3c00 }))
  load(lane, rows)
  lane.poke('code_write_address_i', 3)
  lane.poke('code_write_i', true)
  lane.poke('write_word_i', 1)
  lane.poke('write_data_i', 0x80808080)
  lane.step()
  lane.poke('code_write_i', false)
  lane.poke('vector_i', new Array(8).fill(1))
  lane.poke('exponent_i', 127 + 10)
  const sums = rows.map((_, address) => {
    lane.poke('address_i', address)
    lane.step(bLaneEdges)
    return lane.peek('delta_o')
  })
  const sumOf = (codes: readonly number[]) => codes.reduce((sum, code) => sum + code, 0)
  const expected = rows.map(({ codes }, row) => sumOf(row === 3 ? codes.slice(0, 4) : codes))
  expect(sums).toEqual(expected.map(bitsOf32))
})
