import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { InputError } from '../../common/input-error.js'
import { loadChipConfig } from './load-config.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'romulus-config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function configFile(text: string): string {
  const directory = join(folder, String(files++))
  mkdirSync(directory)
  const file = join(directory, 'romulus.config.ts')
  writeFileSync(file, text)
  return file
}

test('a file in TypeScript is read, its settings over those of a preset and below given ones', async () => {
  const config = configFile(`
    import { type ChipConfigInput, defineChip } from 'romulus'
    const common: ChipConfigInput = { bits: 8, kv: { format: 'e4m3' } }
    export default defineChip({ ...common, lanes: 4 })
  `)
  const source = { config, preset: 'tiny', settings: { bits: 2 } }
  expect(await loadChipConfig(source)).toMatchObject({
    bits: 2,
    kv: { format: 'e4m3' },
    lanes: 4,
    lUnits: 2,
    headBits: 8,
  })
})

test('a part of a setting that is given leaves its other parts as they are', async () => {
  const config = configFile(
    'export default { adapter: { rank: 32, units: 4 }, kv: { length: 64, format: "e4m3" }, mesh: { rows: 2 } }',
  )
  const settings = { adapter: { rank: 16 }, kv: { format: 'int16' } }
  expect(await loadChipConfig({ config, preset: 'llama-3-8b-int2', settings })).toMatchObject({
    adapter: { rank: 16, units: 4 },
    kv: { length: 64, format: 'int16' },
    mesh: { rows: 2, columns: 8, registers: 2 },
  })
})

test.each([
  ['export default { bitz: 4 }', 'bitz: is no setting of a chip'],
  ['export default { mesh: { rows: 2, height: 3 } }', 'mesh.height: is no setting of a chip'],
  ['export default { lanes: "16" }', 'lanes: '],
  ['export const chip = { bits: 4 }', 'has no configuration as its default export'],
  ['export default 4', 'has no configuration as its default export'],
  ['export default { bits: 4', 'Parse'],
  ["import './absent.js'\nexport default {}", 'absent.js'],
  ["throw new Error('no weights today')", 'no weights today'],
])('%s is refused in one line that names the file', async (text, problem) => {
  const config = configFile(text)
  const refusal = loadChipConfig({ config, settings: {} })
  await expect(refusal).rejects.toThrow(InputError)
  await expect(refusal).rejects.toThrow(problem)
  const message: string = await refusal.then(
    () => '',
    (error) => error.message,
  )
  expect(message.startsWith(`${config}: `)).toBe(true)
  expect(message.split('\n')[0]).toContain(problem)
})

test('a file that is not there is refused', async () => {
  const config = join(folder, 'absent.config.ts')
  await expect(loadChipConfig({ config, settings: {} })).rejects.toThrow(InputError)
})

test('a preset that is unknown is refused with those that are known', async () => {
  const refusal = loadChipConfig({ preset: 'tinny', settings: {} })
  await expect(refusal).rejects.toThrow(/--preset: there is no preset tinny .*tiny/s)
})
