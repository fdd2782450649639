import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'romulus-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A llama2.c checkpoint of one layer with weights from a sine: dim 64, hidden 96, 4 heads, 40 tokens. */
function writeModel(): string {
  const [dim, hidden, layers, heads, kvHeads, vocabulary, context] = [64, 96, 1, 4, 2, 40, 16]
  const kvDim = (dim / heads) * kvHeads
  const sizes = [
    vocabulary * dim,
    layers * dim,
    layers * dim * dim,
    2 * layers * kvDim * dim,
    layers * dim * dim,
    layers * dim,
    3 * layers * hidden * dim,
    dim,
    (context * dim) / heads,
  ]
  const count = sizes.reduce((a, b) => a + b, 0)
  const bytes = Buffer.alloc(28 + 4 * count)
  const header = [dim, hidden, layers, heads, kvHeads, vocabulary, context]
  for (const [i, value] of header.entries()) bytes.writeInt32LE(value, 4 * i)
  for (let i = 0; i < count; i++) bytes.writeFloatLE(Math.sin(i * 1.7) / 8, 28 + 4 * i)
  const file = join(folder, 'model.bin')
  writeFileSync(file, bytes)
  return file
}

const model = writeModel()
const projection = ['--model', model, '--tensor', 'layers.0.attention.wq']

function romulus(...args: readonly string[]) {
  const run = spawnSync('node', ['bin/romulus.js', ...args], { encoding: 'utf8' })
  return { status: run.status, out: run.stdout, err: run.stderr }
}

test('tile prints one table: equal results, clean lint, area', () => {
  const { status, out, err } = romulus(
    'tile',
    '--model',
    model,
    '--tensor',
    'blk.0.attn_k',
    '--group',
    '32',
    '--lanes',
    '8',
  )
  expect(err).not.toMatch(/romulus:/)
  expect(out).toMatch(/layers\.0\.attention\.wk, 32 x 64, F32 quantized/)
  expect(out).toMatch(/4 vectors \(2 captured\) equal to the golden function/)
  expect(out).toMatch(/lint, yosys 0\.55\.944 +│ clean/)
  expect(out).toMatch(/NAND2 equivalents/)
  expect(status).toBe(0)
})

test('the steps exist as commands, and --json gives the same as JSON', () => {
  const { status, out } = romulus('simulate', ...projection, '--bits', '2', '--json')
  expect(status).toBe(0)
  const report = JSON.parse(out)
  expect(report.parameters).toMatchObject({ bits: 2, group: 64, lanes: 16, rom: 'brom:4' })
  expect(report.simulation).toMatchObject({
    vectors: 4,
    captured: 2,
    cycles: report.predicted.total,
  })
  expect(report.simulation.difference).toBeUndefined()
  expect(report.lint).toBeUndefined()
})

test('generate writes the design, and only whole ones', () => {
  const out = join(folder, 'rtl')
  expect(romulus('generate', ...projection, '--out', out).status).toBe(0)
  const files = readdirSync(out)
  expect(files.filter((file) => /\.(f|core|sdc|manifest\.json)$/.test(file))).toHaveLength(4)
  expect(files.some((file) => file.endsWith('.sv'))).toBe(true)
  const blocked = join(model, 'rtl')
  const failed = romulus('generate', ...projection, '--out', blocked)
  expect(failed.status).toBe(2)
  expect(existsSync(blocked)).toBe(false)
})

test.each([
  [['tile', '--tensor', 'x'], /required option '--model <file>'/],
  [['tile', '--model', '/nowhere/x.bin', '--tensor', 'x'], /^romulus: \/nowhere\/x\.bin: /],
  [
    ['tile', '--model', model, '--tensor', 'layers.0.attention.wx'],
    /nearest: layers\.0\.attention\.w/,
  ],
  [['tile', '--model', model, '--tensor', 'norm'], /norm/],
  [['tile', ...projection, '--bits', '5'], /--bits.*One of 2, 4, 8, ternary/],
  [['tile', ...projection, '--lanes', '7'], /^romulus: lanes: 7 /],
  [['tile', ...projection, '--rom', 'brom:9'], /^romulus: --rom: .*brom:1 to brom:8/],
  [['tile', ...projection, '--engine', 'modelsim'], /embedded, verilator, iverilog/],
  [
    ['synth', ...projection, '--liberty', '/nowhere.lib'],
    /^romulus: \/nowhere\.lib: cannot be read/m,
  ],
  [['generate', ...projection], /^romulus: --out: is required/],
  [
    ['evaluate', '--model', model, '--text', model, '--adapter', '/nowhere/lora'],
    /^romulus: \/nowhere\/lora: /,
  ],
  [['evaluate', '--model', model, '--text', model, '--adapter-rank', '12'], /One of 8, 16, 32/],
  [
    ['simulate', '--temperature', '0', '--top-k', '5', '--seed', '2'],
    /^romulus: --top-k, --seed: without a draw .*a --temperature above 0/,
  ],
  [['simulate', '--seed', '2'], /^romulus: --seed: without a draw/],
  [['simulate', '--top-k', '4', '--seed', '-1'], /^romulus: --seed: -1 is no whole number/],
  [['simulate', '--temperature', '-1'], /--temperature.*A number from 0 on/],
  [['simulate', '--top-k', '1.5'], /--top-k.*A whole number from 1 on/],
  [['simulate', '--top-p', '1.1'], /--top-p.*A number above 0, at most 1/],
  [['generate', '--top-p', '0.9'], /unknown option '--top-p'/],
  [['simulate', '--swap-at', '3', 'none'], /^romulus: --swap-at: there is no adapter before it/],
  [['simulate', '--adapter', 'a', '--swap-at', '3'], /^romulus: --swap-at: takes a number and/],
  [
    ['simulate', '--adapter', 'a', '--tokens', '9', '--swap-at', '10', 'none'],
    /^romulus: --swap-at: the answer has no token 10 \(1 to 9, see --tokens\)/,
  ],
  [['simulate', '--adapter', '/nowhere/lora'], /^romulus: \/nowhere\/lora: /],
  [['simulate', '--adapter-rank', '12'], /One of 8, 16, 32/],
  [['frobnicate'], /unknown command/],
])('%j is refused in one line with exit code 2', (args, message) => {
  const { status, out, err } = romulus(...args)
  expect(err).toMatch(message)
  expect(err).not.toMatch(/\n\s+at /)
  expect(out).toBe('')
  expect(status).toBe(2)
})

test('help shows examples', () => {
  const { status, out } = romulus('tile', '--help')
  expect(status).toBe(0)
  expect(out).toMatch(/Examples:\n {2}romulus tile --model/)
})
