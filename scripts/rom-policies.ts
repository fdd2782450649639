import Table from 'cli-table3'
import { Command, Option } from 'commander'
import { lUnitParameters } from '../generators/l-unit/parameters.js'
import { lUnitContents, weightsOfUnit } from '../generators/l-unit/weights.js'
import { openCheckpoint } from '../src/checkpoint/index.js'
import { InputError } from '../src/common/input-error.js'
import { Random } from '../src/common/random.js'
import { RomContents } from '../src/hdl/index.js'
import { quantizeTensor } from '../src/quantize/index.js'
import { openYosys } from '../src/synth/index.js'
import { romPolicyCosts } from './rom-policy-costs.js'

/** Prints what a ROM costs by each policy: random words, or the codes of a projection of a checkpoint. */
async function main(): Promise<void> {
  const program = new Command('rom-policies')
    .description(
      'Transistors of a ROM by each policy, of random words or of the codes of a tensor.',
    )
    .addOption(
      new Option('--yosys <which>', 'Yosys').choices(['wasm', 'native'] as const).default('wasm'),
    )
    .option('--depth <n>', 'random words', '256')
    .option('--width <n>', 'bits of a random word', '64')
    .option('--seed <n>', 'of the random words', '1')
    .option('--model <file>', 'checkpoint')
    .option('--tensor <name>', 'of the checkpoint: the codes of the first L-Unit of its tile')
    .option('--bits <n>', 'of a code', '4')
    .option('--group <n>', 'weights of a scale', '64')
    .option('--lanes <n>', 'of an L-Unit', '16')
    .option('--units <n>', 'L-Units of the tile', '4')
    .option('--json', 'print JSON')
    .parse()
  const options = program.opts()
  const { model, tensor } = options
  const contents =
    model !== undefined && tensor !== undefined
      ? await codesOfTensor(model, tensor, {
          bits: Number(options.bits) as 4,
          group: Number(options.group) as 64,
          lanes: Number(options.lanes),
          units: Number(options.units),
        })
      : randomWords(Number(options.depth), Number(options.width), Number(options.seed))
  const { depth, width } = contents

  const yosys = openYosys({ engine: options.yosys })
  try {
    const costs = await romPolicyCosts(contents, { yosys })
    if (options.json) {
      console.log(JSON.stringify({ yosys: yosys.build, depth, width, costs }))
      return
    }
    const rows = new Table({
      style: { head: [], border: [] },
      head: ['policy', 'cells', 'transistors', 'per bit', 'gates deep'],
    })
    for (const cost of costs) {
      const { policy, cells, transistors, transistorsPerBit, depth: gates } = cost
      rows.push([policy, cells, transistors, transistorsPerBit.toFixed(2), gates])
    }
    console.log(`${depth} words of ${width} bits, ${depth * width} in all; ${yosys.build}`)
    console.log(rows.toString())
  } finally {
    yosys.close()
  }
}

function randomWords(depth: number, width: number, seed: number): RomContents {
  const random = new Random(seed)
  return RomContents.fromWords(
    width,
    Array.from({ length: depth }, () => random.bits(width)),
  )
}

async function codesOfTensor(
  model: string,
  tensor: string,
  { units, ...given }: { bits: 4; group: 64; lanes: number; units: number },
): Promise<RomContents> {
  const parameters = lUnitParameters(given)
  const checkpoint = await openCheckpoint(model)
  try {
    const { matrix } = await quantizeTensor(checkpoint, tensor, {
      bits: given.bits,
      group: given.group,
      requantize: false,
    })
    return lUnitContents(parameters, weightsOfUnit(parameters, matrix, 0, units)).codes
  } finally {
    await checkpoint.close()
  }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof InputError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
