import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../checkpoint/testing/temporary-folder.js'

const folder = temporaryFolder()
const tensor = 'layers.0.attention.wk'
const defects = folder.write(
  'defects.json',
  JSON.stringify({
    weights: [0, 15].map((code) => ({ tensor, row: 1, column: 2 + code, code })),
  }),
)
const wrong = folder.write(
  'wrong.json',
  JSON.stringify({ weights: [{ tensor, row: 32, column: 0, code: 0 }] }),
)

function romulus(...args: readonly string[]) {
  const run = spawnSync('node', ['bin/romulus.js', 'repair', ...args], { encoding: 'utf8' })
  return { status: run.status, out: run.stdout, err: run.stderr }
}

test('the report is a table, and the adapter is written', () => {
  const out = join(folder.path, 'repaired')
  const text = folder.write('text.txt', 'Once upon a time')
  const run = romulus('--defects', defects, '--adapter-rank', '8', '--text', text, '--out', out)
  expect(run.err).not.toMatch(/romulus:/)
  expect(run.out).toMatch(/layers\.0\.attention\.wk │ \d/)
  expect(run.out).toMatch(/without defects +│ \d/)
  expect(run.out).toMatch(/written to .*repaired/)
  expect(run.status).toBe(0)
  expect(readdirSync(out).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors'])
})

test.each([
  [[], /required option '--defects <file>'/],
  [['--defects', defects], /^romulus: adapter: the chip has no slots .*--adapter-rank 16/],
  [['--defects', defects, '--adapter-rank', '12'], /^romulus: adapter\.rank: /],
  [['--defects', '/nowhere.json', '--adapter-rank', '8'], /^romulus: \/nowhere\.json: /],
  [['--defects', wrong, '--adapter-rank', '8'], /wrong\.json: weights: 0: row: is 32, .*0 to 31/],
  [
    ['--defects', defects, '--adapter-rank', '8', '--out', folder.path],
    /the directory holds files beside an adapter/,
  ],
])('%j is refused in one line with exit code 2 and writes nothing', (args, message) => {
  const out = join(folder.path, 'refused')
  const run = romulus(...(args.includes('--out') ? args : [...args, '--out', out]))
  expect(run.err).toMatch(message)
  expect(run.err).not.toMatch(/\n\s+at /)
  expect(run.out).toBe('')
  expect(run.status).toBe(2)
  expect(existsSync(out)).toBe(false)
})

test('help shows examples', () => {
  expect(romulus('--help').out).toMatch(/Examples:\n {2}romulus repair --defects/)
})
