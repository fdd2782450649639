import Table from 'cli-table3'
import { type Command, Option } from 'commander'
import { InputError } from '../common/input-error.js'
import { signatureText } from '../compiler/self-test.js'
import { elaborateChip } from '../flow/chip/chip-steps.js'
import {
  parseRomFault,
  runSelfTest,
  type SelfTestReport,
} from '../flow/chip/self-test/run-self-test.js'
import { openProgress } from '../flow/progress.js'
import type { EngineName } from '../sim/index.js'
import { addModelOptions, addSettingOptions, configOf, type SettingFlags } from './chip-settings.js'

interface SelfTestOptions extends SettingFlags {
  readonly tokenizer?: string
  readonly engine: EngineName
  readonly docker?: string
  readonly flip?: readonly string[]
  readonly json?: boolean
}

/** Adds `self-test`. */
export function addSelfTestCommand(program: Command, setExitCode: (code: number) => void): void {
  const command = program
    .command('self-test')
    .summary('let the chip test its ROMs in simulation')
    .description(
      'Generates the chip with a self-test, lets it compute the signatures of its ROMs in simulation, and compares them ' +
        'with the expected ones (docs/self-test.md). Ends with 1 when one is wrong.',
    )
  addModelOptions(command)
  addSettingOptions(command)
  command
    .addOption(
      new Option('--engine <name>', 'simulator')
        .choices(['embedded', 'verilator', 'iverilog'])
        .default('embedded'),
    )
    .option('--docker <image>', 'run Verilator in this image')
    .option(
      '--flip <bank:address:bit...>',
      'wrong bits, to see them found; a bank by its number or name',
    )
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  romulus self-test --preset tiny\n' +
        '  romulus self-test --preset tiny --flip 5:17:3 u_controller.program_rom:0:1\n' +
        '  romulus self-test --model stories260K.bin --mesh 2x2 --engine verilator --json\n',
    )
    .action(async (options: SelfTestOptions) => {
      const config = await configOf({ ...options, selfTest: true })
      if (config.shape !== undefined) {
        throw new InputError(
          'a chip without weights has no signatures',
          { field: 'shape' },
          'a checkpoint: --model FILE',
        )
      }
      const progress = openProgress()
      const chip = await elaborateChip(config, options.tokenizer, progress)
      const selfTest = chip.selfTest!
      const { engine, docker, flip = [] } = options
      const faults = flip.map((text) => parseRomFault(text, selfTest.banks))
      const request = { engine, faults, ...(docker === undefined ? {} : { docker }) }
      const report = await runSelfTest({ ...chip, selfTest }, request, progress)
      process.stdout.write(
        options.json ? `${JSON.stringify(report, null, 2)}\n` : printSelfTest(report),
      )
      setExitCode(report.wrong === 0 ? 0 : 1)
    })
}

function printSelfTest({ model, engine, cycles, faults, banks, wrong }: SelfTestReport): string {
  const table = new Table({
    head: ['bank', 'ROM', 'words x bits', 'expected', 'read', ''],
    style: { head: [], border: [] },
  })
  for (const [number, { name, depth, width, signature, read, isRight }] of banks.entries()) {
    const expected = signature === undefined ? '' : signatureText(signature)
    const verdict = isRight === true ? 'right' : 'WRONG'
    table.push([number, name, `${depth} x ${width}`, expected, signatureText(read), verdict])
  }
  const flipped = faults.map(
    ({ name, address, bit }) => `flipped: bit ${bit} of word ${address} of ${name}\n`,
  )
  const found = wrong === 0 ? 'all right' : `${wrong} wrong`
  return (
    `${model}, ${engine}, a self-test of ${cycles.toLocaleString('en')} cycles\n` +
    `${flipped.join('')}${table.toString()}\n${banks.length} banks, ${found}\n`
  )
}
