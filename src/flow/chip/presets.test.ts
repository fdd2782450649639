import { expect, test } from 'vitest'
import { parseChipConfig } from '../../compiler/chip-config.js'
import { modelOfShape, modelShapes } from '../../compiler/model-shapes.js'
import { allSweeps } from '../../compiler/placement.js'
import { presets } from '../../compiler/presets.js'
import { sweepCycles } from '../../compiler/sweep-order.js'
import { planChip } from './plan-chip.js'

/** Weights of the layers' matrices over those that all L-Units take in a cycle. */
const leastCycles = { 'llama-3.2-3b-int4': 10_752, 'llama-3-8b-int2': 13_312 } as const

test.each(Object.entries(leastCycles))(
  'the L-Units of %s sweep the layers without a pause',
  (name, cycles) => {
    const config = parseChipConfig(presets[name as keyof typeof leastCycles])
    const { placement } = planChip(config, modelOfShape(modelShapes[config.shape!], config))
    const layers = allSweeps(placement).slice(0, -1)
    expect(layers.reduce((sum, { order }) => sum + sweepCycles(order), 0)).toBe(cycles)
  },
)

test("the L-Units of BitNet-2B's matrices stand idle for less than a fiftieth of the layers' sweeps", () => {
  const config = parseChipConfig(presets['tom-bitnet-2b'])
  const { placement, shape } = planChip(config, modelOfShape(modelShapes['bitnet-2b'], config))
  const layers = allSweeps(placement).slice(0, -1)
  const cycles = layers.reduce((sum, { order }) => sum + sweepCycles(order), 0)
  const least = 2_084_044_800 / (shape.lUnits * shape.columns * shape.lanes)
  expect(cycles / least).toBeGreaterThanOrEqual(1)
  expect(cycles / least).toBeLessThan(1.02)
})

test('a token of the 3B shape takes fewer cycles than ROMA publishes', () => {
  const config = parseChipConfig(presets['llama-3.2-3b-int4'])
  const { schedule } = planChip(config, modelOfShape(modelShapes['llama-3.2-3b'], config))
  expect(schedule.cycles).toBeLessThan(15_723)
})
