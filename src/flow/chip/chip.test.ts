import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../../checkpoint/index.js'
import {
  tinyBitnetConfig,
  tinyBitnetTensors,
  tinyTrits,
} from '../../checkpoint/testing/bitnet-files.js'
import { encodeGguf } from '../../checkpoint/testing/encode-gguf.js'
import { safetensorsFile, safetensorsParts } from '../../checkpoint/testing/encode-safetensors.js'
import { temporaryFolder } from '../../checkpoint/testing/temporary-folder.js'
import { tinyGguf } from '../../checkpoint/testing/tiny-gguf.js'
import { numberToFloat16 } from '../../common/float16.js'
import {
  type ChipConfig,
  type ChipConfigInput,
  parseChipConfig,
} from '../../compiler/chip-config.js'
import { hasOffsets } from '../../compiler/placement.js'
import { tokenCycles } from '../../compiler/schedule.js'
import { argmax, ChipDecoder } from '../../golden/index.js'
import { elaborate } from '../../hdl/index.js'
import { openChip } from '../../host/index.js'
import { type ChipModel, quantizeModel } from '../../quantize/index.js'
import { openEngine } from '../../sim/index.js'
import { buildChip } from './build-chip.js'
import { bundledModel } from './bundled-model.js'
import { smallConfig, smallModel } from './testing/small-model.js'

const folder = temporaryFolder()
const shared = process.env.ROMULUS_SHARED
const skip = shared === undefined ? ' (skipped: ROMULUS_SHARED not set)' : ''

/** Runs a chip beside its golden model: every token, all its logits, and its cycles. */
async function expectGoldenTokens(
  file: string,
  settings: ChipConfigInput,
  prompt: readonly number[],
  count: number,
): Promise<void> {
  const config = parseChipConfig({ rom: 'table', ...settings })
  const checkpoint = await openCheckpoint(file)
  const model = await quantizeModel(checkpoint, config)
  await checkpoint.close()
  await expectGoldenTokensOf(model, config, prompt, count)
}

async function expectGoldenTokensOf(
  model: ChipModel,
  config: ChipConfig,
  prompt: readonly number[],
  count: number,
): Promise<void> {
  const { definition, schedule, shape } = buildChip(config, model)
  const engine = await openEngine(elaborate(definition))
  const golden = new ChipDecoder(model, { ...shape, digitBits: shape.bits, kvFormat: 'int8' })
  for (const token of prompt.slice(0, -1)) golden.step(token)
  let token = prompt.at(-1)!
  let given = 0
  const options = { maxTokens: count, logits: true }
  for (const answer of openChip(engine).generate(prompt, options)) {
    const logits = golden.step(token)
    token = argmax(logits)
    const position = golden.position - 1
    given++
    expect(answer).toEqual({
      token,
      chipToken: token,
      last: given === count,
      position,
      cycles: tokenCycles(schedule, position),
      logits,
    })
  }
  expect(given).toBe(count)
  engine.close()
}

test.each([
  ['3 x 3, heads that do not fit', { rows: 3, columns: 3 }, { dim: 96, heads: 4, kvHeads: 2 }],
  ['1 x 3, a head each', { rows: 1, columns: 3, registers: 1 }, { dim: 96, heads: 3, kvHeads: 3 }],
  ['2 x 5, one head', { rows: 2, columns: 5 }, { dim: 32, heads: 1, kvHeads: 1 }],
])('odd meshes give the golden tokens and logits: %s', async (_, mesh, shape) => {
  const sizes = { group: 32, lUnits: 2, lanes: 8, vectorLanes: 2 } as const
  const config = parseChipConfig({ ...sizes, rom: 'table', mesh })
  const model = smallModel(config, { ...smallConfig, ...shape, layers: 1, hiddenDim: 101 })
  await expectGoldenTokensOf(model, config, [1, 4], 2)
})

test("the bundled model's chip continues a prompt as the golden model does, as scheduled", () =>
  expectGoldenTokens(bundledModel(), {}, [1, 403, 407], 6))

test('so does its chip of ternary weights', () =>
  expectGoldenTokens(bundledModel(), { bits: 'ternary', headBits: 4 }, [1, 403], 3))

test('a chip has the packed trits of a BitNet file, and no others', async () => {
  const { header, data } = safetensorsParts(tinyBitnetTensors(3))
  folder.write('config.json', JSON.stringify(tinyBitnetConfig))
  const file = folder.write('model.safetensors', safetensorsFile(header, data))
  const settings = { bits: 'ternary', group: 32, lUnits: 2, lanes: 8 } as const
  const checkpoint = await openCheckpoint(file)
  const { layers } = await quantizeModel(checkpoint, parseChipConfig(settings))
  await checkpoint.close()
  const trits = tinyTrits({ kind: 'feed_forward.w2', layer: 1 })
  expect([...layers[1]!.w2.codes]).toEqual([...trits].map((trit) => trit + 1))
  expect(new Set(layers[1]!.w2.scales)).toEqual(new Set([numberToFloat16(1 / 3)]))
  await expectGoldenTokens(file, settings, [1, 4], 2)
})

test.each([4, 2] as const)(
  'a chip of L-Units of %i bits carries the offsets of a Q4_1 file, in all layers',
  async (bits) => {
    const file = folder.write('q4_1.gguf', encodeGguf(tinyGguf('Q4_1')))
    const checkpoint = await openCheckpoint(file)
    const config = parseChipConfig({ bits: 4, group: 32, lUnits: 2, lanes: 8, rom: 'table' })
    const model = await quantizeModel(checkpoint, config)
    await checkpoint.close()
    expect(hasOffsets(model)).toBe(true)
    await expectGoldenTokensOf(model, { ...config, bits }, [1, 4], 2)
    const { offsets: _, ...w2 } = model.layers[1]!.w2
    const [first, second] = model.layers
    const changed = { ...model, layers: [first!, { ...second!, w2 }] }
    const format = { vectorLanes: 2, mantissaBits: 12, digitBits: bits, kvFormat: 'int8' } as const
    const logits = (m: ChipModel) => [...new ChipDecoder(m, format).step(1)]
    expect(logits(changed)).not.toEqual(logits(model))
  },
)

test('an embedding with offsets is refused by name', async () => {
  const file = folder.write('q4_1.gguf', encodeGguf(tinyGguf('Q4_1')))
  const checkpoint = await openCheckpoint(file)
  const format = { bits: 4, headBits: 4, group: 32 } as const
  await expect(quantizeModel(checkpoint, format)).rejects.toThrow(/tok_embeddings.*offsets/)
  await checkpoint.close()
})

test('a head with offsets is refused by name on ternary L-Units', async () => {
  const { fields, tensors } = tinyGguf('Q4_1')
  const embedding = tinyGguf('F16').tensors.find(({ name }) => name === 'token_embd.weight')!
  const others = tensors.filter(({ name }) => name !== embedding.name)
  const file = folder.write('head.gguf', encodeGguf({ fields, tensors: [embedding, ...others] }))
  const checkpoint = await openCheckpoint(file)
  const format = { bits: 'ternary', headBits: 4, group: 32 } as const
  await expect(quantizeModel(checkpoint, format)).rejects.toThrow(/: output: has offsets/)
  await checkpoint.close()
})

test.skipIf(shared === undefined).each([
  ['stories260K.bin', 64],
  ['stories260K.gguf', 64],
  ['stories260K-Q4_0.gguf', 32],
] as const)(
  `the chip of %s gives the golden model's tokens and logits in the scheduled cycles${skip}`,
  (file, group) =>
    expectGoldenTokens(join(shared!, 'models/stories260K', file), { group }, [1], 12),
)

test.skipIf(shared === undefined)(`a mesh of 2 x 2 matrix units does so${skip}`, () =>
  expectGoldenTokens(
    join(shared!, 'models/stories260K/stories260K.bin'),
    { group: 32, lUnits: 4, mesh: { rows: 2, columns: 2, registers: 1 } },
    [1],
    12,
  ),
)
