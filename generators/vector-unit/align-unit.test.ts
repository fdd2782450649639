import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { alignVector } from '../../src/golden/index.js'
import { bitsOf32 } from '../testing/binary32.js'
import { openModule } from '../testing/open-embedded.js'
import type { AlignParameters } from './align-shape.js'
import { alignUnit } from './align-unit.js'
import { testParameters } from './testing/test-parameters.js'
import { vectorTiming } from './timing.js'

/** Values of mixed sizes, with ties, zeros and subnormals among them. */
function randomVector(random: Random, length: number): Float32Array {
  return Float32Array.from({ length }, () => {
    if (random.chance(0.1)) return random.chance(0.5) ? -0 : 2 ** -130
    const integer = random.integer(-(2 ** 24), 2 ** 24)
    const value = random.chance(0.3) ? Math.trunc(integer / 2 ** 12) + 0.5 : integer
    return value * 2 ** random.integer(-30, -20)
  })
}

interface Beats {
  readonly vector: Float32Array
  /** Cycle of each beat. */
  readonly cycles: readonly number[]
}

/** Sends vectors; looks for `cycles` cycles at one group of a bank, and gives what is read in each. */
function runBeats(
  parameters: AlignParameters,
  vectors: readonly Beats[],
  cycles: number,
  read: { bank: boolean; group: number; activation: number },
) {
  const { vectorLanes } = parameters
  const simulation = openModule(alignUnit(parameters))
  simulation.poke('activation_bank_i', read.bank)
  simulation.poke('sum_bank_i', read.bank)
  simulation.poke('exponent_bank_i', read.bank)
  simulation.poke('sum_address_i', read.group)
  simulation.poke('exponent_address_i', read.group)
  simulation.poke('activation_address_i', read.activation)
  const seen: { sum: number; exponent: number; activations: number[]; bank: boolean }[] = []
  for (let cycle = 0; cycle < cycles; cycle++) {
    simulation.poke('valid_i', false)
    for (const { vector, cycles: beatCycles } of vectors) {
      const beat = beatCycles.indexOf(cycle)
      if (beat < 0) continue
      simulation.poke('valid_i', true)
      simulation.poke('last_i', beat === beatCycles.length - 1)
      const numbers = Array.from({ length: vectorLanes }, (_, lane) =>
        bitsOf32(vector[beat * vectorLanes + lane] ?? 0),
      )
      simulation.poke('data_i', numbers)
    }
    seen.push({
      sum: simulation.peek('negated_sum_o'),
      exponent: simulation.peek('exponent_o'),
      activations: [...(simulation.peek('activation_o') as number[])],
      bank: simulation.peek('align_bank_o'),
    })
    simulation.step()
  }
  simulation.close()
  return seen
}

const shapes = [
  { vectorLanes: 8, activationLanes: 32, group: 64 },
  { vectorLanes: 8, activationLanes: 8, group: 32 },
  { vectorLanes: 8, activationLanes: 2, group: 32 },
  { vectorLanes: 2, activationLanes: 64, group: 64 },
  { vectorLanes: 32, activationLanes: 16, group: 32 },
  { vectorLanes: 16, activationLanes: 4, group: 128, mantissaBits: 16 },
] as const

describe.each(shapes)('$vectorLanes lanes, read by $activationLanes, groups of $group', (shape) => {
  test.each([
    [160, 1],
    [72, 2],
    [8, 1],
  ])('%i numbers, a beat every %i cycles', (length, interval) => {
    const { vectorLanes, activationLanes, group } = shape
    const lengthInBeats = Math.ceil(length / vectorLanes)
    const parameters = testParameters({ ...shape, hidden: 160 })
    const { mantissaBits } = parameters
    const random = new Random(length + vectorLanes)
    const first = 2
    const between = 40 + interval * lengthInBeats
    const vectors = [0, 1].map((number) => ({
      vector: randomVector(random, length),
      cycles: Array.from(
        { length: lengthInBeats },
        (_, beat) => first + number * between + beat * interval,
      ),
    }))
    for (const [number, { vector, cycles }] of vectors.entries()) {
      const expected = alignVector(vector, group, mantissaBits)
      const beatsOfGroup = group / vectorLanes
      const ends = expected.map(
        (_, i) => cycles[Math.min(cycles.length, (i + 1) * beatsOfGroup) - 1]!,
      )
      const lastGroup = length - (expected.length - 1) * group
      const readable = vectorTiming(parameters).readable(ends, lastGroup)
      for (const [g, { mantissas, sum, exponent }] of expected.entries()) {
        if (g > 0 && g < expected.length - 1) continue
        const size = g === expected.length - 1 ? lastGroup : group
        const read = Math.ceil(size / activationLanes) - 1
        const seen = runBeats(parameters, vectors, readable[g]! + 30, {
          bank: number === 1,
          group: g,
          activation: (g * group) / activationLanes + read,
        })
        const at = seen[readable[g]! + 1]!
        expect(at.sum + sum).toBe(0)
        expect(at.exponent).toBe(exponent + 127)
        const part = mantissas.subarray(read * activationLanes, (read + 1) * activationLanes)
        expect(at.activations).toEqual([...part])
        expect(seen.at(-1)!.activations).toEqual([...part])
        if (sum !== 0) expect(seen[readable[g]!]!.sum + sum).not.toBe(0)
        expect(seen[0]!.bank).toBe(false)
        if (g === expected.length - 1) expect(at.bank).toBe(number === 0)
      }
    }
  })
})
