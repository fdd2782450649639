import type { Command } from 'commander'
import { InputError } from '../common/input-error.js'
import type { AdapterUse } from '../flow/chip/simulated-adapters.js'

/** Options of `simulate` about adapters, as far as they were given. */
export interface AdapterFlags {
  readonly adapter?: string
  readonly swapAt?: readonly string[]
}

export function addAdapterOptions(command: Command): void {
  command
    .option('--adapter <path>', 'LoRA adapter to use: a PEFT folder or file, or GGUF')
    .option(
      '--swap-at <n adapter...>',
      "another one, or 'none', from the n-th token of the answer on",
    )
}

/**
 * The adapters that are to be used; undefined for none.
 *
 * @param tokens of the answer at the most
 * @throws InputError for a swap that cannot be
 */
export function adapterUseOf(
  { adapter, swapAt }: AdapterFlags,
  tokens: number,
): AdapterUse | undefined {
  const refuse = (problem: string, hint: string): never => {
    throw new InputError(problem, { field: '--swap-at' }, hint)
  }
  if (swapAt === undefined) return adapter === undefined ? undefined : { paths: [adapter] }
  if (adapter === undefined) return refuse('there is no adapter before it', 'see --adapter')
  const [number, other] = swapAt
  if (swapAt.length !== 2 || number === undefined || other === undefined) {
    return refuse('takes a number and an adapter', `--swap-at 20 none`)
  }
  if (!/^[0-9]{1,9}$/.test(number) || Number(number) < 1 || Number(number) > tokens) {
    return refuse(`the answer has no token ${number}`, `1 to ${tokens}, see --tokens`)
  }
  const at = Number(number)
  return other === 'none'
    ? { paths: [adapter], swap: { at, slot: undefined } }
    : { paths: [adapter, other], swap: { at, slot: 1 } }
}
