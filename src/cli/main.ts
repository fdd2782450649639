import { Command, CommanderError } from 'commander'
import { InputError } from '../common/input-error.js'
import { DesignError } from '../hdl/index.js'
import { addAdapterCommand } from './adapter-command.js'
import { addDemoCommand } from './chip-commands.js'
import { addEvaluateCommand } from './evaluate-command.js'
import { addRepairCommand } from './repair-command.js'
import { addRomStudyCommand } from './rom-study-command.js'
import { addSelfTestCommand } from './self-test-command.js'
import { addTileCommands } from './tile-commands.js'

/** Exit codes: 0 success, 1 a fault of this program or a failed check, 2 a fault of the input. */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command('romulus')
    .description(
      'Generates LLM accelerators with their weights in ROM, and proves them in simulation.',
    )
    .version('0.1.0')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
  let exitCode = 0
  addTileCommands(program, (code) => {
    exitCode = code
  })
  addDemoCommand(program, (code) => {
    exitCode = code
  })
  addEvaluateCommand(program)
  addRepairCommand(program)
  addAdapterCommand(program)
  addSelfTestCommand(program, (code) => {
    exitCode = code
  })
  addRomStudyCommand(program, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return reportFailure(error)
  }
}

function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : 2
  }
  if (error instanceof InputError) {
    process.stderr.write(`romulus: ${error.message}\n`)
    return 2
  }
  if (error instanceof DesignError) {
    process.stderr.write(`romulus: ${error.message}\n`)
    return 1
  }
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`romulus: ${message}\n`)
  if (process.env.ROMULUS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return 1
}
