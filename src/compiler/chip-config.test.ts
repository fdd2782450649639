import { describe, expect, test } from 'vitest'
import type { ModelConfig } from '../checkpoint/index.js'
import { InputError } from '../common/input-error.js'
import { parseChipConfig } from './chip-config.js'
import { chipShape } from './chip-shape.js'
import { modelShapes } from './model-shapes.js'
import { presets } from './presets.js'

const model: ModelConfig = {
  dim: 64,
  hiddenDim: 172,
  layers: 5,
  heads: 8,
  kvHeads: 4,
  vocabulary: 512,
  contextLength: 512,
  tiedHead: true,
  ropeBase: 10_000,
  ropePairs: 'interleaved',
  normEpsilon: 1e-5,
}

describe('settings that cannot be are refused by name', () => {
  test.each([
    [{ bit: 4 }, /^bit: is no setting/],
    [{ bits: 3 }, /^bits: /],
    [{ mesh: { rows: 0 } }, /^mesh\.rows: /],
    [{ kv: { format: 'fp4' } }, /^kv\.format: /],
    [{ kv: { size: 4 } }, /^kv\.size: is no setting/],
    [{ lanes: 24 }, /^lanes: 24 lanes/],
    [{ vectorLanes: 16 }, /^vectorLanes: 16 lanes do not divide a head of 8/],
    [{ headBits: 2 }, /^headBits: INT2 on L-Units for INT4/],
    [{ headBits: 'ternary' }, /^headBits: ternary on L-Units for INT4/],
    [{ quantizer: 'absmean' }, /^quantizer: absmean gives no INT4 codes/],
    [{ bits: 'ternary', quantizer: 'calibrated' }, /^quantizer: calibrated gives no ternary/],
    [{ kv: { length: 1024 } }, /^kv\.length: 1024 positions/],
  ])('%j', (settings, message) => {
    const build = () => chipShape(parseChipConfig(settings), model)
    expect(build).toThrow(InputError)
    expect(build).toThrow(message)
  })

  test('vector lanes beyond a group', () => {
    const wide = { ...model, dim: 512, heads: 8 }
    const build = () => chipShape(parseChipConfig({ vectorLanes: 64, group: 32 }), wide)
    expect(build).toThrow(/^vectorLanes: 64 lanes do not divide a group of 32/)
  })

  test('the file is named', () => {
    expect(() => parseChipConfig({ bits: 5 }, 'romulus.config.ts')).toThrow(
      /^romulus\.config\.ts: bits: /,
    )
  })
})

test('what is left out follows the model', () => {
  expect(chipShape(parseChipConfig({}), model)).toMatchObject({
    lUnits: 8,
    vectorLanes: 8,
    positions: 512,
    headSize: 8,
  })
})

test.each([
  ['an H-Unit for each column', 4, {}, { hUnits: 4, headColumns: 1, headsInFirst: false }],
  ['columns that share heads', 16, {}, { hUnits: 4, headColumns: 4, headsInFirst: false }],
  ['an H-Unit for every second column', 2, {}, { hUnits: 2, headColumns: 1, headsInFirst: false }],
  ['a third of a head', 12, {}, { hUnits: 1, headColumns: 1, headsInFirst: true }],
  ['half a group of a head', 32, {}, { hUnits: 1, headColumns: 1, headsInFirst: true }],
  ['heads for some columns', 3, {}, { hUnits: 1, headColumns: 1, headsInFirst: true }],
  ['part of a group', 4, { dim: 240, heads: 8 }, { hUnits: 1, headColumns: 1, headsInFirst: true }],
  ['one column', 1, { dim: 240, heads: 8 }, { hUnits: 1, headColumns: 1, headsInFirst: false }],
])('H-Units behind the columns: %s', (_, columns, shape, expected) => {
  const wide = { ...model, dim: 1024, heads: 8, ...shape }
  const config = parseChipConfig({ group: 32, vectorLanes: 2, mesh: { columns } })
  expect(chipShape(config, wide)).toMatchObject(expected)
})

test.each(Object.entries(presets))('preset %s is a configuration', (_, config) => {
  const parsed = parseChipConfig(config)
  const shape = parsed.shape === undefined ? model : modelShapes[parsed.shape]
  expect(() => chipShape(parsed, shape)).not.toThrow()
})
