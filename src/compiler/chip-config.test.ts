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
    [{ mesh: { columns: 4 } }, /^mesh\.columns: 4 columns split 4 key/],
    [{ mesh: { columns: 3 } }, /^mesh\.columns: 3 columns split 4 key/],
    [{ lanes: 24 }, /^lanes: 24 lanes/],
    [{ vectorLanes: 16 }, /^vectorLanes: 16 lanes do not divide a head of 8/],
    [{ headBits: 2 }, /^headBits: 2 bits/],
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

test.each(Object.entries(presets))('preset %s is a configuration', (_, config) => {
  const parsed = parseChipConfig(config)
  const shape = parsed.shape === undefined ? model : modelShapes[parsed.shape]
  expect(() => chipShape(parsed, shape)).not.toThrow()
})
