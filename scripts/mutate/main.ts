import { Command, InvalidArgumentError } from 'commander'
import { openYosys } from '../../src/synth/index.js'
import { buildCase } from '../random-chips/check-chip.js'
import { checkMutant, chipDifference } from './check-mutant.js'
import { mutatedAdapterChip, mutatedChip } from './chip.js'
import { isProvedEqual } from './prove.js'
import { sampleMutants } from './sample.js'

const program = new Command('mutate')
  .description(
    'Flips one thing at a time in every module of a small chip and says what finds it: the chip beside its golden\n' +
      'model, or the module alone. Ends with 1 when something finds nothing (docs/mutation.md explains those).',
  )
  .option('--per-module <n>', 'flips in the logic, and in each ROM, of every module', whole, 2)
  .option('--seed <n>', 'seed of the choice', whole, 1)
  .option('--adapters', 'flips a chip with adapters, in what no other chip has')
  .option('--prove', 'lets Yosys prove that flips which nothing finds change nothing')
  .option('--json', 'prints the result as JSON')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()

const { perModule, seed, adapters, prove, json } = program.opts()
const given = adapters ? mutatedAdapterChip : mutatedChip
const chip = buildCase(given)
const unflipped = chipDifference(given, chip, chip.design.top)
if (unflipped !== undefined) throw new Error(`the chip itself differs: ${unflipped}`)
const elsewhere = adapters ? buildCase(mutatedChip).design.modules : []
const mutants = sampleMutants(chip.design.modules, seed, perModule, elsewhere)
const start = performance.now()
const results: FlipResult[] = []
const yosys = prove ? openYosys({ engine: 'wasm' }) : undefined
for (const [i, mutant] of mutants.entries()) {
  const verdict = checkMutant(given, chip, mutant)
  let found: string = verdict.found ?? 'nothing'
  let how = verdict.how ?? ''
  if (found === 'nothing' && yosys !== undefined && (await isProvedEqual(mutant, yosys))) {
    found = 'proof'
    how = 'changes nothing'
  }
  const { file, line } = mutant.place.line ?? { file: '?', line: 0 }
  const seconds = Math.round((performance.now() - start) / 1000)
  const place = `${file.replace(/^dist\//, '')}:${line}`
  const text = `${mutant.module.name} ${place}: ${mutant.what}`
  console.error(`${i + 1}/${mutants.length} ${seconds} s ${found}: ${text} (${how})`)
  results.push({
    module: mutant.module.name,
    kind: mutant.kind,
    what: mutant.what,
    place,
    found,
    how,
  })
}
yosys?.close()
const count = (which: string) => results.filter(({ found }) => found === which).length
if (json) {
  console.log(JSON.stringify({ seed, results }, null, 1))
} else {
  for (const { module, place, what, found } of results) {
    if (found !== 'chip') console.log(`${found}: ${module} ${place}: ${what}`)
  }
  console.log(
    `${results.length} flips: ${count('chip')} found by the chip's run, ${count('module')} by the module alone, ` +
      `${count('proof')} proved to change nothing, ${count('nothing')} found by nothing`,
  )
}
process.exitCode = count('nothing') === 0 ? 0 : 1

interface FlipResult {
  readonly module: string
  readonly kind: string
  readonly what: string
  readonly place: string
  readonly found: string
  readonly how: string
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Not a whole number.')
  return Number(text)
}
