import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openAdapter } from '../src/checkpoint/index.js'
import { parseChipConfig } from '../src/compiler/chip-config.js'
import { chipShape } from '../src/compiler/chip-shape.js'
import { bundledModel } from '../src/flow/chip/bundled-model.js'
import { readChipModel } from '../src/flow/chip/read-chip-model.js'
import { silent } from '../src/flow/progress.js'
import { argmax, ChipDecoder } from '../src/golden/index.js'
import { quantizeAdapter } from '../src/quantize/index.js'

const prompt = 'Once there was a boy named Leo'
const rank = 16
const config = parseChipConfig({ bits: 2, adapter: { rank } })

/** Adapters of the bundled model: at first, and from a token of the answer on. */
const uses = [
  ['none', { first: undefined }],
  ['int2', { first: 'int2' }],
  ['questions', { first: 'questions' }],
  ['int2, from token 17 on questions', { first: 'int2', later: 'questions', at: 17 }],
  ['questions, from token 46 on int2', { first: 'questions', later: 'int2', at: 46 }],
] as const

test('the README shows the stories that one chip writes with each adapter, and with two', async () => {
  const readme = await readFile('README.md', 'utf8')
  const { model, tokenizer } = await readChipModel(config, undefined, silent)
  const { group } = config
  const adapterOf = async (name: string | undefined) => {
    if (name === undefined) return undefined
    const folder = join(dirname(bundledModel()), 'adapters', name)
    return quantizeAdapter(await openAdapter(folder, model.config), { rank, group })
  }
  for (const [title, use] of uses) {
    const { first, later, at } = { later: undefined, at: Number.POSITIVE_INFINITY, ...use }
    const [before, after] = [await adapterOf(first), await adapterOf(later)]
    const shape = chipShape(config, model.config)
    const decoder = new ChipDecoder(model, { ...shape, digitBits: 2, kvFormat: 'int8' })
    decoder.useAdapter(before)
    const tokens = tokenizer.encode(prompt)
    for (const token of tokens.slice(0, -1)) decoder.step(token)
    for (let answered = 1; tokens.length < shape.positions; answered++) {
      decoder.useAdapter(answered < at ? before : after)
      const token = argmax(decoder.step(tokens.at(-1)!))
      if (token === tokenizer.bos) break
      tokens.push(token)
    }
    expect(readme).toContain(`| ${title} | ${tokenizer.decode(tokens)} |`)
  }
})
