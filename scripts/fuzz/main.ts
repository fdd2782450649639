import { Command } from 'commander'
import { openYosys } from '../../src/synth/yosys.js'
import { oracleNames } from './oracles.js'
import { fuzz } from './run.js'

const program = new Command('fuzz')
  .description(
    'Runs random circuits through the embedded simulator and everything it is compared with.',
  )
  .option('--circuits <n>', 'circuits', '5000')
  .option('--seed <n>', 'seed of the first circuit; the others count on from it', '1')
  .option('--cycles <n>', 'clock cycles of each', '40')
  .option('--oracles <names...>', oracleNames.join(', '), [...oracleNames])
  .option('--yosys <which>', 'wasm or native', 'native')
  .parse()

const options = program.opts()
const yosys = openYosys({ engine: options.yosys })
const findings = await fuzz({
  circuits: Number(options.circuits),
  seed: Number(options.seed),
  cycles: Number(options.cycles),
  oracles: options.oracles,
  yosys,
  keepIn: 'scripts/fuzz/found',
  onBatch: (done, count) => console.log(`${done} circuits, ${count} findings`),
})
yosys.close()
for (const { seed, oracle, kind, text, file } of findings) {
  console.log(`seed ${seed}: ${oracle} ${kind}: ${text}${file === undefined ? '' : ` (${file})`}`)
}
process.exitCode = findings.length === 0 ? 0 : 1
