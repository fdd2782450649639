import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { InputError } from '../common/input-error.js'
import { bool, defineModule, elaborate, input, output } from '../hdl/index.js'
import { emitDesign } from './emit-design.js'
import { writeDesign } from './write-design.js'

const gate = (name: string) =>
  emitDesign(
    elaborate(
      defineModule(name, { a_i: input(bool), y_o: output(bool) }, (_, p) =>
        p.y_o.assign(p.a_i.not()),
      ),
    ),
  )

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'romulus-write-'))
})
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})

test('writes the sources and the files for other tools', async () => {
  const target = join(folder, 'a', 'out')
  await writeDesign(gate('inverter_gate'), target)
  expect(readdirSync(target).sort()).toEqual([
    'inverter_gate.core',
    'inverter_gate.f',
    'inverter_gate.manifest.json',
    'inverter_gate.sv',
  ])
  expect(readFileSync(join(target, 'inverter_gate.f'), 'utf8')).toBe('inverter_gate.sv\n')
})

test('replaces an earlier design and keeps what others put beside it', async () => {
  const target = join(folder, 'out')
  await writeDesign(gate('first_gate'), target)
  mkdirSync(join(target, 'obj_dir'))
  await writeDesign(gate('second_gate'), target)
  expect(readdirSync(target).sort()).toEqual([
    'obj_dir',
    'second_gate.core',
    'second_gate.f',
    'second_gate.manifest.json',
    'second_gate.sv',
  ])
  expect(readdirSync(folder)).toEqual(['out'])
})

test('refuses a directory with files of something else, and leaves it alone', async () => {
  writeFileSync(join(folder, 'thesis.tex'), 'years of work')
  const error = await writeDesign(gate('some_gate'), folder).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(InputError)
  expect(String(error)).toContain('files of something else')
  expect(readdirSync(folder)).toEqual(['thesis.tex'])
})

test('refuses to overwrite a file that it did not write', async () => {
  const target = join(folder, 'out')
  await writeDesign(gate('first_gate'), target)
  writeFileSync(join(target, 'second_gate.sv'), 'mine')
  await expect(writeDesign(gate('second_gate'), target)).rejects.toThrow(
    'would overwrite second_gate.sv',
  )
  expect(readFileSync(join(target, 'second_gate.sv'), 'utf8')).toBe('mine')
  expect(existsSync(join(target, 'first_gate.sv'))).toBe(true)
})

test('says in one line that a path leads through a file', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await expect(writeDesign(gate('some_gate'), join(file, 'out'))).rejects.toThrow(
    /cannot write the design: part of the path is a file/,
  )
  expect(readdirSync(folder)).toEqual(['file'])
})

test.skipIf(process.getuid?.() === 0)(
  'says in one line that it may not write there (skipped for root, who may)',
  async () => {
    chmodSync(folder, 0o500)
    await expect(writeDesign(gate('some_gate'), join(folder, 'out'))).rejects.toThrow(
      /cannot write the design: no permission/,
    )
    expect(readdirSync(folder)).toEqual([])
  },
)

test('leaves nothing behind when one of the files cannot be written', async () => {
  const design = gate('some_gate')
  const tooLong = { path: `${'x'.repeat(300)}.sv`, text: '' }
  await expect(
    writeDesign({ ...design, files: [...design.files, tooLong] }, join(folder, 'new', 'out')),
  ).rejects.toThrow(/cannot write the design: the path is too long/)
  expect(readdirSync(folder)).toEqual([])
})
