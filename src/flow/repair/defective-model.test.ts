import { expect, test } from 'vitest'
import { inputErrorOf } from '../../checkpoint/testing/expect-input-error.js'
import { temporaryFolder } from '../../checkpoint/testing/temporary-folder.js'
import { parseChipConfig } from '../../compiler/chip-config.js'
import { allSweeps } from '../../compiler/placement.js'
import { codeAtRomBit } from '../../compiler/rom-address.js'
import { planChip } from '../chip/plan-chip.js'
import { smallModel } from '../chip/testing/small-model.js'
import { defectiveModel } from './defective-model.js'
import { readDefects } from './read-defects.js'

const config = parseChipConfig({ group: 32, lUnits: 4, lanes: 8 })
const model = smallModel(config)
const plan = planChip(config, model)
const folder = temporaryFolder()

async function damaged(contents: unknown) {
  const text = typeof contents === 'string' ? contents : JSON.stringify(contents)
  const file = folder.write('defects.json', text)
  return defectiveModel(model, await readDefects(file), file, () => plan)
}

const weight = { tensor: 'blk.1.ffn_down', row: 3, column: 36, code: 15 }
const bit = { tensor: 'layers.0.attention.wk', row: 7, column: 15, bit: 2, value: 1 }
const romBit = { meshColumn: 0, lUnit: 3, address: 0, bit: 0, value: 1 }

test('codes and bits come to their places, later lists after earlier ones, and nothing else changes', async () => {
  const [w2, wk] = [model.layers[1]!.w2, model.layers[0]!.wk]
  const place = { tensor: weight.tensor, row: 3, column: 36 }
  const { model: found, touched } = await damaged({
    weights: [weight, { ...weight, row: 4, code: w2.codes[4 * 37 + 36] }],
    bits: [
      { ...place, bit: 1, value: 0 },
      { ...bit, value: 1 - ((wk.codes[7 * 16 + 15]! >> 2) & 1) },
    ],
  })
  const down = w2.codes.slice()
  down[3 * 37 + 36] = 13
  const key = wk.codes.slice()
  key[7 * 16 + 15]! ^= 4
  const [first, second] = model.layers
  expect(found).toEqual({
    ...model,
    layers: [
      { ...first, wk: { ...wk, codes: key } },
      { ...second, w2: { ...w2, codes: down } },
    ],
  })
  expect(touched).toEqual([
    { kind: 'attention.wk', layer: 0 },
    ...(w2.codes[3 * 37 + 36] === 13 ? [] : [{ kind: 'feed_forward.w2', layer: 1 }]),
  ])
})

test('a bit of a ROM comes to the weight that it belongs to, or to none', async () => {
  const address = plan.placement.layers[1]!.down.codeBase
  const place = { meshColumn: 0, lUnit: 1, address, bit: 6 }
  const { matrix, row, column } = codeAtRomBit(plan.shape, allSweeps(plan.placement), place)!
  expect(matrix).toBe(model.layers[1]!.w2)
  const index = row * matrix.columns + column
  const value = 1 - ((matrix.codes[index]! >> 2) & 1)
  // The last word of w2 has the last five of 37 columns in its lowest lanes.
  const { codeBase } = plan.placement.head
  const filler = { ...place, address: codeBase - 1, bit: 20 }
  const { model: found, fillers } = await damaged({
    romBits: [
      { ...place, value },
      { ...filler, value: 1 },
    ],
  })
  expect(found.layers[1]!.w2.codes[index]).toBe(matrix.codes[index]! ^ 4)
  expect(fillers).toBe(1)
})

test.each([
  ['{"weights": [', /not JSON/],
  [{}, /^[^:]+: names no defects/],
  [{ codes: [] }, /: Unrecognized key: "codes"/],
  [{ weights: [weight, { ...weight, bit: 1 }] }, /: weights: 1: Unrecognized key: "bit"/],
  [{ weights: [{ ...weight, row: undefined }] }, /: weights: 0: row: is missing/],
  [{ weights: [{ ...weight, row: 16 }] }, /: weights: 0: row: is 16, but there are 0 to 15/],
  [{ weights: [{ ...weight, column: 37 }] }, /: weights: 0: column: is 37, .*0 to 36/],
  [{ weights: [{ ...weight, code: 16 }] }, /: weights: 0: code: is 16, .*0 to 15/],
  [{ weights: [{ ...weight, row: 1.5 }] }, /: weights: 0: row: /],
  [{ bits: [bit, { ...bit, bit: 4 }] }, /: bits: 1: bit: is 4, .*0 to 3/],
  [{ bits: [{ ...bit, value: 2 }] }, /: bits: 0: value: is neither 0 nor 1/],
  [
    { bits: [{ ...bit, tensor: 'layers.0.attention.w1' }] },
    /: bits: 0: tensor: .*w1 is no tensor of the model \(nearest: layers\.0\.attention/,
  ],
  [{ bits: [{ ...bit, tensor: 'layers.2.attention.wq' }] }, /wq is no tensor of the model/],
  [{ bits: [{ ...bit, tensor: 'token_embd' }] }, /tensor: tok_embeddings has no adapter/],
  [{ bits: [{ ...bit, tensor: 'lm_head' }] }, /tensor: output has no adapter/],
  [{ bits: [{ ...bit, tensor: 'blk.0.attn_norm' }] }, /attention_norm has no adapter/],
  [{ romBits: [{ ...romBit, meshColumn: 1 }] }, /romBits: 0: meshColumn: is 1, .*0 to 0/],
  [{ romBits: [{ ...romBit, lUnit: 4 }] }, /romBits: 0: lUnit: is 4, .*0 to 3/],
  [{ romBits: [{ ...romBit, address: 99_999 }] }, /romBits: 0: address: is 99999, /],
  [{ romBits: [{ ...romBit, bit: 32 }] }, /romBits: 0: bit: is 32, .*0 to 31/],
  [
    { romBits: [romBit, { ...romBit, lUnit: 0, address: plan.placement.head.codeBase }] },
    /romBits: 1: address: output has no adapter \(only the seven projections/,
  ],
])('%j is refused with list, number and field', async (contents, message) => {
  expect((await inputErrorOf(() => damaged(contents))).message).toMatch(message)
})

test('bits of ternary weights are those of the ROM: not zero, and negative', async () => {
  const ternary = smallModel({ ...config, bits: 'ternary' })
  const { wk } = ternary.layers[0]!
  const [zero, negative] = [wk.codes.indexOf(1), wk.codes.indexOf(0)]
  const at = (index: number) => ({
    tensor: 'layers.0.attention.wk',
    row: Math.floor(index / wk.columns),
    column: index % wk.columns,
  })
  const codeAfter = async (index: number, ...bits: readonly (readonly [number, 0 | 1])[]) => {
    const entries = bits.map(([bit, value]) => ({ ...at(index), bit, value }))
    const file = folder.write('ternary.json', JSON.stringify({ bits: entries }))
    const found = defectiveModel(ternary, await readDefects(file), file, () => plan)
    return found.model.layers[0]!.wk.codes[index]
  }
  expect(await codeAfter(zero, [0, 1])).toBe(2)
  expect(await codeAfter(zero, [1, 1])).toBe(1)
  expect(await codeAfter(zero, [1, 1], [0, 1])).toBe(0)
  expect(await codeAfter(negative, [1, 0])).toBe(2)
  expect(await codeAfter(negative, [0, 0])).toBe(1)
  await expect(codeAfter(zero, [2, 1])).rejects.toThrow(/bit: is 2, but there are 0 to 1/)
})
