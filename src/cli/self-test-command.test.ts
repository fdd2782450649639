import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../checkpoint/testing/temporary-folder.js'
import { generateChip } from '../flow/chip/index.js'
import { main } from './main.js'

const folder = temporaryFolder()

afterEach(() => {
  vi.restoreAllMocks()
})

async function romulus(...args: readonly string[]) {
  const [out, err] = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockReturnValue(true),
  )
  const status = await main(args)
  const written = (spy: typeof out) => spy!.mock.calls.map(([chunk]) => String(chunk)).join('')
  return { status, out: written(out), err: written(err) }
}

const chip = ['--lanes', '32', '--units', '16', '--rom', 'table', '--context', '8']

test('a chip without faults has all signatures right', async () => {
  const run = await romulus('self-test', ...chip)
  expect(run.err).not.toMatch(/romulus:/)
  expect(run.out).toMatch(
    /│ 0 +│ u_controller\.program_rom +│ \d+ x \d+ +│ (0x[0-9a-f]{8}) │ \1 │ right │/,
  )
  expect(run.out).not.toMatch(/WRONG/)
  expect(run.out).toMatch(/37 banks, all right\n$/)
  expect(run.status).toBe(0)
})

test('wrong bits make their banks wrong, and the exit code 1', async () => {
  const rom = 'u_vector_row.u_vector_unit0.u_norm.norm_rom'
  const run = await romulus('self-test', ...chip, '--flip', '6:3:17', `${rom}:0:5`, '--json')
  expect(run.status).toBe(1)
  const report = JSON.parse(run.out)
  const name = 'u_l_array.u_matrix_unit_r0c0.u_l_unit0.scale_rom'
  expect(report).toMatchObject({
    model: 'bundled',
    engine: 'embedded',
    wrong: 2,
    faults: [
      { name, address: 3, bit: 17 },
      { name: rom, address: 0, bit: 5 },
    ],
  })
  const wrong = report.banks.filter(({ isRight }: { isRight: boolean }) => !isRight)
  expect(wrong.map((bank: { name: string }) => bank.name)).toEqual([rom, name])
})

test('the manifest has the signatures of the chip, and none without a self-test', async () => {
  const out = join(folder.path, 'chip')
  const manifest = () => {
    const file = readdirSync(out).find((entry) => entry.endsWith('.manifest.json'))!
    return JSON.parse(readFileSync(join(out, file), 'utf8'))
  }
  expect((await romulus('generate', ...chip, '--self-test', '--out', out)).status).toBe(0)
  const settings = {
    lanes: 32,
    lUnits: 16,
    rom: 'table',
    kv: { length: 8 },
    selfTest: true,
  } as const
  const { selfTest } = await generateChip(settings)
  const { cycles, banks } = manifest().selfTest
  expect(cycles).toBe(selfTest!.cycles)
  expect(banks).toEqual(
    selfTest!.banks.map(({ signature, ...bank }, number) => ({
      bank: number,
      ...bank,
      signature: `0x${(2 ** 32 + signature!).toString(16).slice(1)}`,
    })),
  )
  expect((await romulus('generate', ...chip, '--out', out)).status).toBe(0)
  expect(manifest().selfTest).toBeUndefined()
})

test.each([
  [['--flip', '6:3'], /^romulus: --flip: 6:3: is no bit of a bank \(BANK:ADDRESS:BIT\)/],
  [['--flip', '37:0:0'], /^romulus: --flip: 37:0:0: there is no such bank \(0 to 36, or u_/],
  [['--flip', 'u_rom:0:0'], /there is no such bank/],
  [['--flip', '3:88:0'], /there is no word 88 in .*norm_rom \(0 to 87\)/],
  [['--flip', '6:0:20'], /there is no bit 20 in a word of .*scale_rom \(0 to 19\)/],
  [['--preset', 'llama-3-8b-int2'], /shape: a chip without weights has no signatures/],
  [['--engine', 'modelsim'], /embedded, verilator, iverilog/],
])('%j is refused in one line with exit code 2', async (args, message) => {
  const size = args[0] === '--preset' ? [] : chip
  const run = await romulus('self-test', ...size, ...args)
  expect(run.err.split('\n').find((line) => /romulus:|error:/.test(line))).toMatch(message)
  expect(run.err).not.toMatch(/\n\s+at /)
  expect(run.out).toBe('')
  expect(run.status).toBe(2)
})

test('help shows examples', async () => {
  expect((await romulus('self-test', '--help')).out).toMatch(/Examples:\n {2}romulus self-test/)
})
