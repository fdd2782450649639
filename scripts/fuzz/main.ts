import { Command, InvalidArgumentError, Option } from 'commander'
import { missingTool } from '../../src/common/tools.js'
import { openYosys } from '../../src/synth/yosys.js'
import { faultNames } from './inject.js'
import { missingFor, type OracleName, oracleNames } from './oracles.js'
import { type FuzzFinding, fuzz } from './run.js'

const nativeYosys = missingTool(['yosys']) === undefined

const program = new Command('fuzz')
  .description(
    'Runs random circuits through the embedded simulator and everything that it is compared with.\n' +
      'Ends with 1 when anything was found.',
  )
  .option('--circuits <n>', 'circuits', whole, 5000)
  .option('--seed <n>', 'seed of the first circuit; the others count on from it', whole, 1)
  .option('--cycles <n>', 'clock cycles of each', whole, 30)
  .addOption(
    new Option('--oracles <names...>', 'what the embedded simulator is compared with')
      .choices(oracleNames)
      .default([...oracleNames], 'all'),
  )
  .addOption(
    new Option('--yosys <which>')
      .choices(['wasm', 'native'])
      .default(nativeYosys ? 'native' : 'wasm'),
  )
  .addOption(
    new Option('--fault <operator>', 'makes the emitted operator a wrong one').choices(faultNames),
  )
  .option('--keep <folder>', 'minimises failing circuits and writes them there')
  .option('--json', 'prints the result as JSON')
  .addHelpText(
    'after',
    `
Examples:
  node dist/scripts/fuzz/main.js --circuits 5000
  node dist/scripts/fuzz/main.js --circuits 1 --seed 4711 --oracles gates --keep scripts/fuzz/found
  node dist/scripts/fuzz/main.js --circuits 100 --fault add --oracles iverilog
`,
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()

const { json, keep, ...options } = program.opts()
const start = performance.now()
const skipped: string[] = []
const oracles = (options.oracles as readonly OracleName[]).filter((name) => {
  const missing = missingFor(name)
  if (missing !== undefined) skipped.push(`${name} skipped: ${missing}`)
  return missing === undefined
})
for (const text of skipped) console.error(text)

const yosys = openYosys({ engine: options.yosys })
const findings = await fuzz({
  circuits: options.circuits,
  seed: options.seed,
  cycles: options.cycles,
  oracles,
  yosys,
  ...(options.fault === undefined ? {} : { fault: options.fault }),
  ...(keep === undefined ? {} : { keepIn: keep }),
  onBatch: showProgress(),
})
yosys.close()
if (json) {
  const { circuits, seed, cycles } = options
  console.log(JSON.stringify({ circuits, seed, cycles, oracles, skipped, findings }, null, 2))
} else {
  console.log(`${options.circuits} circuits, ${findings.length} findings`)
}
process.exitCode = findings.length === 0 ? 0 : 1

/** Findings as they come, and the seed from which a run that is stopped goes on. */
function showProgress(): (done: number, found: readonly FuzzFinding[]) => void {
  let shown = 0
  return (done, found) => {
    for (const { seed, oracle, kind, text, file } of found.slice(shown)) {
      console.error(
        `seed ${seed}: ${oracle} ${kind}: ${text}${file === undefined ? '' : ` (${file})`}`,
      )
    }
    shown = found.length
    const seconds = Math.round((performance.now() - start) / 1000)
    const next = options.seed + done
    console.error(
      `${done} of ${options.circuits} circuits, ${shown} findings, ${seconds} s; next seed ${next}`,
    )
  }
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Not a whole number.')
  return Number(text)
}
