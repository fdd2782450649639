import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeGguf, type GgufField } from '../testing/encode-gguf.js'
import { safetensorsFile, safetensorsParts } from '../testing/encode-safetensors.js'
import { encodeBF16, encodeF16, encodeF32 } from '../testing/encode-values.js'
import { inputErrorOf } from '../testing/expect-input-error.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { tinyConfig } from '../testing/tiny-model.js'
import { openAdapter } from './open-adapter.js'

const folder = temporaryFolder()
const { dim } = tinyConfig
const halfSplit = { ...tinyConfig, ropePairs: 'half-split' } as const
const query = 'base_model.model.model.layers.1.self_attn.q_proj'
const down = 'base_model.model.model.layers.0.mlp.down_proj'
const counted = (count: number) => Float32Array.from({ length: count }, (_, i) => i % 128)

type Entry = readonly [name: string, shape: readonly number[], values?: Float32Array]
const queryPair: readonly Entry[] = [
  [`${query}.lora_A.weight`, [2, dim]],
  [`${query}.lora_B.weight`, [dim, 2]],
]
const downPair: readonly Entry[] = [
  [`${down}.lora_A.weight`, [3, 64]],
  [`${down}.lora_B.weight`, [dim, 3]],
]

function peft(
  entries: readonly Entry[],
  config: object = {},
  dtype: 'F32' | 'F16' | 'BF16' = 'F32',
) {
  const encode = { F32: encodeF32, F16: encodeF16, BF16: encodeBF16 }[dtype]
  const { header, data } = safetensorsParts(
    entries.map(([name, shape, values]) => ({
      name,
      dtype,
      shape,
      data: encode(values ?? counted(shape.reduce((a, b) => a * b, 1))),
    })),
  )
  folder.write(
    'adapter_config.json',
    JSON.stringify({ peft_type: 'LORA', r: 2, lora_alpha: 8, ...config }),
  )
  folder.write('adapter_model.safetensors', safetensorsFile(header, data))
  return folder.path
}

const ggufFields: readonly GgufField[] = [
  ['general.type', 'string', 'adapter'],
  ['general.architecture', 'string', 'llama'],
  ['adapter.type', 'string', 'lora'],
  ['adapter.lora.alpha', 'f32', 8],
]

function gguf(
  fields = ggufFields,
  names = ['blk.1.attn_q.weight.lora_a', 'blk.1.attn_q.weight.lora_b'],
) {
  const data = encodeF32(counted(2 * dim))
  const dims = [
    [dim, 2],
    [2, dim],
  ]
  const tensors = names.map((name, i) => ({ name, dims: dims[i]!, type: 0, data }))
  return folder.write('adapter.gguf', encodeGguf({ fields, tensors }))
}

test.each(['F32', 'F16', 'BF16'] as const)('a PEFT folder with %s values', async (dtype) => {
  const { format, layers } = await openAdapter(peft(queryPair, {}, dtype), halfSplit)
  expect(format).toBe('PEFT')
  expect(layers).toHaveLength(2)
  expect(layers[0]).toEqual({})
  const values = counted(2 * dim)
  expect(layers[1]).toEqual({ 'attention.wq': { rank: 2, scale: 4, a: values, b: values } })
})

test('patterns of rank and alpha, and rank-stabilised scaling', async () => {
  const settings = { rank_pattern: { down_proj: 3 }, alpha_pattern: { 'layers.0.mlp.*': 6 } }
  const plain = await openAdapter(peft([...queryPair, ...downPair], settings), halfSplit)
  expect(plain.layers[0]!['feed_forward.w2']).toMatchObject({ rank: 3, scale: 2 })
  expect(plain.layers[1]!['attention.wq']).toMatchObject({ rank: 2, scale: 4 })
  const stabilised = await openAdapter(peft(queryPair, { use_rslora: true }), halfSplit)
  expect(stabilised.layers[1]!['attention.wq']!.scale).toBeCloseTo(8 / Math.sqrt(2), 12)
})

test('rows of wq follow the base: PEFT half-split, GGUF interleaved', async () => {
  const firsts = async (path: string, config: typeof tinyConfig) => {
    const { b } = (await openAdapter(path, config)).layers[1]!['attention.wq']!
    return Array.from({ length: 8 }, (_, row) => b[2 * row]! / 2)
  }
  const inOrder = [0, 1, 2, 3, 4, 5, 6, 7]
  expect(await firsts(peft(queryPair), halfSplit)).toEqual(inOrder)
  expect(await firsts(peft(queryPair), tinyConfig)).toEqual([0, 4, 1, 5, 2, 6, 3, 7])
  expect(await firsts(gguf(), tinyConfig)).toEqual(inOrder)
  expect(await firsts(gguf(), halfSplit)).toEqual([0, 2, 4, 6, 1, 3, 5, 7])
})

test.each<[string, object, RegExp]>([
  ['DoRA', { use_dora: true }, /use_dora: DoRA is not supported/],
  ['a bias', { bias: 'lora_only' }, /bias: a trained bias/],
  ['a bias of B', { lora_bias: true }, /lora_bias/],
  ['whole modules', { modules_to_save: ['lm_head'] }, /modules_to_save: .*lm_head/],
  ['fan_in_fan_out', { fan_in_fan_out: true }, /fan_in_fan_out/],
  ['layer replication', { layer_replication: [[0, 1]] }, /layer_replication/],
  ['PiSSA', { init_lora_weights: 'pissa' }, /init_lora_weights: pissa/],
  ['another method', { peft_type: 'IA3' }, /peft_type: IA3/],
  ['unknown targets', { target_modules: ['q_proj', 'c_attn'] }, /target_modules: c_attn/],
  ['another rank', { r: 4 }, /has rank 2, but adapter_config.json says 4/],
  ['a costly expression', { rank_pattern: { '(a*)*b': 3 } }, /rank_pattern: \(a\*\)\*b/],
])('refused in adapter_config.json: %s', async (_, config, message) => {
  const path = peft(queryPair, config)
  expect((await inputErrorOf(() => openAdapter(path, halfSplit))).message).toMatch(message)
})

test.each<[string, readonly Entry[], RegExp]>([
  ['DoRA', [...queryPair, [`${query}.lora_magnitude_vector`, [dim]]], /DoRA/],
  ['embeddings', [['base_model.model.model.embed_tokens.lora_embedding_A', [2, 7]]], /embedding/],
  ['whole modules', [['base_model.model.lm_head.weight', [7, dim]]], /lm_head.*whole module/],
  ['a bias', [[`${query}.lora_B.bias`, [dim]]], /bias/],
  ['other modules', [['base_model.model.lm_head.lora_A.weight', [2, dim]]], /lm_head is not one/],
  ['a missing B', queryPair.slice(0, 1), /B is missing/],
  ['a missing A', queryPair.slice(1), /A is missing/],
  ['another width', [[`${query}.lora_A.weight`, [2, 16]], queryPair[1]!], /shape is \[2, 16\]/],
  ['two ranks', [queryPair[0]!, [`${query}.lora_B.weight`, [dim, 3]]], /make it \[32, 2\]/],
  ['too many layers', queryPair.map(([n, s]) => [n.replace('.1.', '.2.'), s]), /only 2 layers/],
  [
    'NaN',
    [[...queryPair[0]!.slice(0, 2), counted(64).fill(Number.NaN)] as never, queryPair[1]!],
    /not finite/,
  ],
  ['nothing', [], /no tensors/],
])('refused in the weights: %s', async (_, entries, message) => {
  const path = peft(entries)
  expect((await inputErrorOf(() => openAdapter(path, halfSplit))).message).toMatch(message)
})

test('refused in GGUF: models, other architectures, other tensors', async () => {
  const refusal = async (path: string) =>
    (await inputErrorOf(() => openAdapter(path, tinyConfig))).message
  expect(await refusal(gguf(ggufFields.slice(1)))).toMatch(/general.type: is missing/)
  expect(await refusal(gguf([['general.architecture', 'string', 'gpt2'], ggufFields[0]!]))).toMatch(
    /is gpt2/,
  )
  expect(await refusal(gguf(ggufFields.slice(0, 3)))).toMatch(/adapter.lora.alpha/)
  expect(await refusal(gguf(ggufFields, ['output.weight.lora_a']))).toMatch(
    /output.weight is not one/,
  )
  expect(await refusal(gguf(ggufFields, ['blk.0.attn_norm.weight']))).toMatch(/whole tensor/)
})

const shared = process.env.ROMULUS_SHARED
const note = shared === undefined ? ' (skipped: ROMULUS_SHARED not set)' : ''
test.skipIf(shared === undefined)(
  `a real adapter with whole modules is refused by name, and read without them${note}`,
  async () => {
    const source = join(shared!, 'adapters', 'tinyllama-v0-q_proj')
    const base = { ...halfSplit, dim: 64, heads: 16, kvHeads: 16 }
    const error = await inputErrorOf(() => openAdapter(source, base))
    expect(error.message).toMatch(/lm_head.weight: a whole module/)
    const stored = readFileSync(join(source, 'adapter_model.safetensors'))
    const length = Number(stored.readBigUInt64LE())
    const header = JSON.parse(stored.toString('utf8', 8, 8 + length))
    delete header['base_model.model.lm_head.weight']
    delete header['base_model.model.model.embed_tokens.weight']
    const data = stored.subarray(8 + length, 8 + length + 4096)
    folder.write('adapter_model.safetensors', safetensorsFile(JSON.stringify(header), data))
    folder.write('adapter_config.json', readFileSync(join(source, 'adapter_config.json')))
    const { layers } = await openAdapter(folder.path, base)
    expect(layers[0]!['attention.wq']).toMatchObject({ rank: 8, scale: 4 })
    expect(layers[0]!['attention.wq']!.a.some((value) => value !== 0)).toBe(true)
  },
)
