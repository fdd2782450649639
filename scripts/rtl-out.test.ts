import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { exampleFiles, writeExample } from './rtl-out.js'

if (process.env.ROMULUS_UPDATE_RTL_OUT) await writeExample()

test.each([...exampleFiles()])('%s in git is what the emitter writes', async (path, text) => {
  expect(await readFile(path, 'utf8')).toBe(text)
})

test('the README shows the examples as they are', async () => {
  const readme = await readFile('README.md', 'utf8')
  for (const path of [
    'examples/counter.ts',
    'rtl-out/counter/counter.sv',
    'examples/counter.test.ts',
    'examples/host.ts',
  ]) {
    expect(readme).toContain((await readFile(path, 'utf8')).trim())
  }
})
