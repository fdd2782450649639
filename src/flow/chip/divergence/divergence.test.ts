import { describe, expect, test } from 'vitest'
import type { ModelConfig } from '../../../checkpoint/index.js'
import { simulationRows } from '../../../cli/chip-table.js'
import { type ChipConfigInput, parseChipConfig } from '../../../compiler/chip-config.js'
import { argmax, ChipDecoder } from '../../../golden/index.js'
import { type Design, elaborate } from '../../../hdl/index.js'
import { openSampler, type SamplingOptions } from '../../../host/index.js'
import type { ChipModel } from '../../../quantize/index.js'
import { silent } from '../../progress.js'
import { type BuiltChip, buildChip } from '../build-chip.js'
import type { LoadedChip } from '../chip-steps.js'
import { simulateChip } from '../simulate-chip.js'
import { promptTokenizer } from '../testing/prompt-tokenizer.js'
import { smallConfig, smallModel } from '../testing/small-model.js'
import { findDivergence } from './find-divergence.js'
import { cutsOff } from './testing/faults.js'

function formatOf({ shape }: BuiltChip, kvFormat: 'int8' | 'int16' | 'e4m3') {
  return { ...shape, digitBits: shape.bits, kvFormat }
}

describe('a chip without a fault has the golden numbers everywhere', () => {
  const chips: [string, ChipConfigInput, Partial<ModelConfig>][] = [
    [
      'two columns, one H-Unit',
      { lUnits: 4, vectorLanes: 4, mesh: { rows: 1, columns: 2 }, kv: { format: 'e4m3' } },
      { dim: 64, heads: 1, kvHeads: 1, hiddenDim: 45, layers: 1 },
    ],
    [
      'two columns with an H-Unit each, which take turns in results, half-split pairs, an 8-bit head',
      { lUnits: 3, vectorLanes: 4, mesh: { columns: 2 }, headBits: 8, kv: { format: 'int16' } },
      { dim: 64, heads: 4, kvHeads: 2, hiddenDim: 70, layers: 1, ropePairs: 'half-split' },
    ],
    [
      'three columns, to which the mixed vector of one H-Unit is dealt',
      { lUnits: 4, vectorLanes: 4, mesh: { columns: 3 }, kv: { format: 'int8' } },
      { dim: 112, heads: 4, kvHeads: 2, hiddenDim: 45, layers: 1 },
    ],
  ]
  test.each(chips)('%s', (_, settings, shape) => {
    const config = parseChipConfig({ rom: 'table', lanes: 8, group: 32, ...settings })
    const model = smallModel(config, { ...smallConfig, ...shape })
    const chip = buildChip(config, model)
    const design = elaborate(chip.definition)
    const format = formatOf(chip, config.kv.format)
    const request = { prompt: [3, 5, 7], answered: [], sampled: false }
    expect(findDivergence({ ...chip, design }, model, format, request)).toBeUndefined()
  })
})

const config = parseChipConfig({ rom: 'table', lanes: 8, group: 32, lUnits: 4 })
const model = smallModel(config)
const chip = buildChip(config, model)
const design = elaborate(chip.definition)
const format = formatOf(chip, 'int8')

/** Where a chip goes wrong with a fault in its design or in its ROMs alone. */
function diverges(faulty: { chip?: BuiltChip; design: Pick<Design, 'flat'> }, prompt = [3, 5]) {
  const given = { ...(faulty.chip ?? chip), design: faulty.design as Design }
  return findDivergence(given, model, format, { prompt, answered: [], sampled: false })
}

const tokenizer = promptTokenizer([3, 5])

/** What `simulate --check` says of a chip with a fault. */
function check(faulty: { chip?: BuiltChip; design: Design }, sampling?: SamplingOptions) {
  const loaded = { ...chip, ...faulty.chip, design: faulty.design, config, model, tokenizer }
  const drawn = sampling === undefined ? {} : { sampling }
  const request = { prompt: '', tokens: 3, engine: 'embedded', check: true, ...drawn } as const
  return simulateChip(loaded as unknown as LoadedChip, request, () => {}, silent)
}

/** The chip whose ROMs are made while the model has other weights. */
function withWeights(change: (weights: ChipModel) => () => void) {
  const restore = change(model)
  const faulty = buildChip(config, model)
  const built = { chip: faulty, design: elaborate(faulty.definition) }
  restore()
  return built
}

test('simulate --check says so when logits differ, though the token may be the same', async () => {
  const faulty = withWeights(({ head }) => {
    head.codes[7 * head.columns] = 255 - head.codes[7 * head.columns]!
    return () => {
      head.codes[7 * head.columns] = 255 - head.codes[7 * head.columns]!
    }
  })
  const simulation = await check(faulty)
  expect(simulation.difference).toMatchObject({
    position: 1,
    logit: { token: 7 },
    divergence: { position: 1, operation: 'head', layer: -1, element: 7 },
  })
  const { logit, divergence } = simulation.difference!
  const text = simulationRows(simulation).flat().join('\n')
  expect(text).toContain(`the logit of token 7 is ${logit!.expected} in the golden model`)
  expect(text).toContain(
    `cycle ${divergence!.cycle}: head[7], lane ${divergence!.lane} of u_l_array`,
  )
  expect((await check({ design })).difference).toBeUndefined()
})

test('simulate --check compares drawn tokens too', async () => {
  const sampling = { temperature: 3, seed: 20260414 }
  const { difference, tokens, unscheduled } = await check({ design }, sampling)
  expect(difference).toBeUndefined()
  expect(unscheduled).toBe(0)
  const golden = new ChipDecoder(model, format)
  golden.step(3)
  const sampler = openSampler(sampling)
  const first = sampler(golden.step(5))
  const second = sampler(golden.step(first))
  expect(tokens).toEqual([first, second, sampler(golden.step(second))])
  const faulty = withWeights(({ head }) => {
    head.codes[0] = 255 - head.codes[0]!
    return () => {
      head.codes[0] = 255 - head.codes[0]!
    }
  })
  expect((await check(faulty, sampling)).difference).toMatchObject({ logit: { token: 0 } })
})

describe('the first number that differs is named', () => {
  test('none differs in a later token of the answer either', () => {
    const golden = new ChipDecoder(model, format)
    golden.step(3)
    const answered = [argmax(golden.step(5))]
    expect(
      findDivergence({ ...chip, design }, model, format, {
        prompt: [3, 5],
        answered,
        sampled: false,
      }),
    ).toBeUndefined()
  })

  test('none differs when the host chose the token before; the chip alone has another one', () => {
    const golden = new ChipDecoder(model, format)
    golden.step(3)
    const other = (argmax(golden.step(5)) + 1) % smallConfig.vocabulary
    const found = (sampled: boolean) => {
      const request = { prompt: [3, 5], answered: [other], sampled }
      return findDivergence({ ...chip, design }, model, format, request)
    }
    expect(found(true)).toBeUndefined()
    expect(found(false)).toMatchObject({ position: 2 })
  })

  test('a weight in ROM', () => {
    const faulty = withWeights(({ layers }) => {
      const { codes, columns } = layers[1]!.w3
      codes[6 * columns + 9]! ^= 8
      return () => {
        codes[6 * columns + 9]! ^= 8
      }
    })
    expect(diverges(faulty)).toMatchObject({
      position: 0,
      operation: 'w3',
      layer: 1,
      element: 6,
      signal: 'u_l_array.result_o',
    })
  })

  test('a weight of a norm', () => {
    const faulty = withWeights(({ layers }) => {
      const before = layers[1]!.attentionNorm[5]!
      layers[1]!.attentionNorm[5] = Math.fround(before * 1.5)
      return () => {
        layers[1]!.attentionNorm[5] = before
      }
    })
    const found = diverges(faulty)!
    expect(found).toMatchObject({ position: 0, operation: 'attention norm', layer: 1, element: 5 })
    expect(found.simulated / found.expected).toBeCloseTo(1.5, 6)
  })

  const unit = 'u_vector_row.u_vector_unit0'
  const heads = 'u_vector_row.head_data_o'
  test.each([
    [
      `${unit}.u_swiglu.u_hidden1.round_product`,
      { operation: 'hidden', layer: 0, signal: `${unit}.u_swiglu.hidden_o`, lane: 1 },
    ],
    [
      `${unit}.u_norm.u_norm2.round_product`,
      { operation: 'attention norm', layer: 0, signal: `${unit}.u_norm.scaled_o`, lane: 2 },
    ],
    [
      'u_h_unit0.u_mix3.round_product',
      { operation: 'mix', layer: 0, signal: 'u_h_unit0.mix_data_o', lane: 3 },
    ],
    ['u_vector_row.u_factor.u_query.round_product', { operation: 'query', signal: heads }],
  ])('a rounding that cuts off: %s', (product, expected) => {
    const found = diverges({ design: { flat: cutsOff(design.flat, product) } }, [3, 5, 7, 11])!
    expect(found).toMatchObject(expected)
    expect(found.simulated).not.toBe(found.expected)
    expect(found.simulated / found.expected).toBeCloseTo(1, 5)
  })
})
