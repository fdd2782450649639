import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openAdapter, openCheckpoint, writeAdapter } from '../../checkpoint/index.js'
import { inputErrorOf } from '../../checkpoint/testing/expect-input-error.js'
import { randomAdapter } from '../../checkpoint/testing/random-adapter.js'
import { temporaryFolder } from '../../checkpoint/testing/temporary-folder.js'
import { parseChipConfig } from '../../compiler/chip-config.js'
import { chipShape } from '../../compiler/chip-shape.js'
import { quantizeAdapter, quantizeModel } from '../../quantize/index.js'
import { bundledModel } from '../chip/bundled-model.js'
import { tokenizerOf } from '../evaluate/evaluate.js'
import { readTexts } from '../evaluate/read-texts.js'
import { silent } from '../progress.js'
import { chipLosses } from './chip-losses.js'
import { defectiveModel } from './defective-model.js'
import { readDefects } from './read-defects.js'
import { repair } from './repair.js'

const folder = temporaryFolder()
const validation = readFileSync(join(dirname(bundledModel()), 'validation.txt'), 'utf8')
const config = parseChipConfig({ adapter: { rank: 8 } })
const checkpoint = await openCheckpoint(bundledModel())
const model = await quantizeModel(checkpoint, config)
const tensor = 'layers.0.attention.wv'
const { wv } = model.layers[0]!

/** The top bits of the first `rows` of wv in layer 0, flipped. */
function flippedRows(rows: number): string {
  const bits = Array.from(wv.codes.subarray(0, rows * wv.columns), (code, index) => ({
    tensor,
    row: Math.floor(index / wv.columns),
    column: index % wv.columns,
    bit: 3,
    value: 1 - (code >> 3),
  }))
  return folder.write(`flipped-${rows}.json`, JSON.stringify({ bits }))
}

test('top bits of a matrix flipped ruin the model, and its repair, as it is written, does not', async () => {
  const text = folder.write('text.txt', validation.slice(0, 300))
  const [defects, out] = [flippedRows(16), join(folder.path, 'repaired')]
  const { loss, projections, written } = await repair({ config, defects, text, out }, silent)
  const [wrong] = projections
  expect(projections).toHaveLength(1)
  expect(wrong).toMatchObject({ tensor, defects: 16 * 64, rank: 8 })
  expect(wrong!.error.after).toBeLessThan(0.8 * wrong!.error.before)
  expect(loss!.defective).toBeGreaterThan(loss!.intact + 0.3)
  expect(loss!.repaired - loss!.intact).toBeLessThan(0.5 * (loss!.defective - loss!.intact))
  expect(written).toBe(out)

  const damaged = defectiveModel(model, await readDefects(defects), defects, () => {
    throw new Error('there are no places in ROM')
  })
  const adapter = quantizeAdapter(await openAdapter(out, model.config), { rank: 8, group: 64 })
  const shape = chipShape(config, model.config)
  const format = { ...shape, digitBits: shape.bits, kvFormat: config.kv.format }
  const texts = await readTexts(text, await tokenizerOf(checkpoint))
  const models = [{ name: 'as read', model: damaged.model, adapter }]
  expect(await chipLosses(models, texts, format, silent)).toEqual([loss!.repaired])
})

test('a given adapter stays in what is written, in all layers, and has to leave a rank free', async () => {
  const random = (rank: number) => randomAdapter(model.config, 4, { rank, kinds: ['attention.wv'] })
  const given = join(folder.path, 'given')
  await writeAdapter(random(5), model.config, given)
  const [defects, out] = [flippedRows(2), join(folder.path, 'both')]
  const report = await repair({ config, defects, adapter: given, out }, silent)
  expect(report.projections[0]).toMatchObject({ rank: 2 })
  expect(report.projections[0]!.error.after).toBeLessThan(0.1 * report.projections[0]!.error.before)
  const read = await openAdapter(out, model.config)
  expect(read.layers.map((layer) => Object.keys(layer))).toEqual(
    model.layers.map(() => ['attention.wv']),
  )
  await writeAdapter(random(8), model.config, given)
  const refused = await inputErrorOf(() => repair({ config, defects, adapter: given }, silent))
  expect(refused.message).toMatch(/given: layers\.0\.attention\.wv: leaves no rank of 8 free/)
})

test('defects that change nothing are refused', async () => {
  const code = wv.codes[0]
  const defects = folder.write(
    'none.json',
    JSON.stringify({ weights: [{ tensor, row: 0, column: 0, code }] }),
  )
  expect((await inputErrorOf(() => repair({ config, defects }, silent))).message).toMatch(
    /none\.json: no defect changes a weight/,
  )
})
