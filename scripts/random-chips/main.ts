import { Command, InvalidArgumentError } from 'commander'
import fc from 'fast-check'
import { buildCase, checkCase } from './check-chip.js'
import { type ChipCase, chipCases } from './chip-case.js'

const program = new Command('random-chips')
  .description(
    'Builds random small chips and compares their RTL, in the embedded engine, with the golden model\n' +
      '(every logit and token) and with the schedule (every cycle count). Ends with 1 at a difference.',
  )
  .option('--chips <n>', 'chips', whole, 300)
  .option('--seed <n>', 'seed of the shapes', whole, 1)
  .option('--case <json>', 'checks this case alone')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()

const { chips, seed, case: single } = program.opts()
const start = performance.now()
let [done, tokens, cycles] = [0, 0, 0]

function check(given: ChipCase): void {
  const { difference, ...checked } = checkCase(given, buildCase(given))
  tokens += checked.tokens
  cycles += checked.cycles
  if (++done % 20 === 0) {
    console.error(`${done} chips, ${Math.round((performance.now() - start) / 1000)} s`)
  }
  if (difference !== undefined) throw new Error(JSON.stringify(difference))
}

if (single !== undefined) {
  check(JSON.parse(single))
} else {
  const result = fc.check(fc.property(chipCases, check), {
    seed,
    numRuns: chips,
    interruptAfterTimeLimit: 3_600_000,
  })
  if (result.failed) {
    console.log(JSON.stringify(result.counterexample?.[0], null, 1))
    console.log(`seed ${seed}: ${String(result.errorInstance)}`)
    process.exitCode = 1
  }
}
console.log(`${done} chips, ${tokens} tokens, ${cycles} cycles`)

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Not a whole number.')
  return Number(text)
}
