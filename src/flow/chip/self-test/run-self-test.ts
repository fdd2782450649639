import { InputError } from '../../../common/input-error.js'
import type { SelfTest, SelfTestBank } from '../../../compiler/self-test.js'
import { openChip, type TestedBank } from '../../../host/index.js'
import { type EngineName, openEngine } from '../../../sim/index.js'
import type { Progress } from '../../progress.js'
import type { ModelChip } from '../chip-steps.js'
import { type RomFault, withFlippedRomBits } from './flip-rom-bit.js'

export interface SelfTestRequest {
  readonly engine: EngineName
  readonly docker?: string
  /** Bits that are wrong in the ROMs. */
  readonly faults: readonly RomFault[]
}

export interface SelfTestReport {
  readonly model: string
  readonly engine: EngineName
  /** Clock cycles of the test, as compiled. */
  readonly cycles: number
  readonly faults: readonly RomFault[]
  readonly banks: readonly TestedBank[]
  /** Banks with another signature than the expected one. */
  readonly wrong: number
}

/** Lets a chip test its ROMs in an engine. */
export async function runSelfTest(
  { config, design, selfTest }: ModelChip & { readonly selfTest: SelfTest },
  { engine: name, docker, faults }: SelfTestRequest,
  progress: Progress,
): Promise<SelfTestReport> {
  const tested = faults.length === 0 ? design : withFlippedRomBits(design, faults)
  const engine = await progress.step(`building the simulation (${name})`, (update) =>
    openEngine(tested, {
      engine: name,
      onProgress: update,
      ...(docker === undefined ? {} : { docker }),
    }),
  )
  try {
    const host = openChip(engine, { patience: Math.max(1_000_000, 2 * selfTest.cycles) })
    const banks = await progress.step('testing the ROMs', () => host.selfTest(selfTest.banks))
    const wrong = banks.filter(({ isRight }) => isRight === false).length
    return {
      model: config.model ?? 'bundled',
      engine: name,
      cycles: selfTest.cycles,
      faults,
      banks,
      wrong,
    }
  } finally {
    engine.close()
  }
}

/**
 * A wrong bit as people write it: `BANK:ADDRESS:BIT`, the bank by its number or its name.
 *
 * @throws InputError for a bit that no bank has
 */
export function parseRomFault(text: string, banks: readonly SelfTestBank[]): RomFault {
  const refuse = (problem: string, hint: string): never => {
    throw new InputError(`${text}: ${problem}`, { field: '--flip' }, hint)
  }
  const [, bankText = '', addressText, bitText] = /^([\w.]+):(\d{1,9}):(\d{1,9})$/.exec(text) ?? []
  if (addressText === undefined) return refuse('is no bit of a bank', 'BANK:ADDRESS:BIT')
  const bank = /^\d+$/.test(bankText)
    ? banks[Number(bankText)]
    : banks.find(({ name }) => name === bankText)
  if (bank === undefined) {
    return refuse('there is no such bank', `0 to ${banks.length - 1}, or ${banks[0]!.name}`)
  }
  const [address, bit] = [Number(addressText), Number(bitText)]
  const { name, depth, width } = bank
  if (address >= depth) refuse(`there is no word ${address} in ${name}`, `0 to ${depth - 1}`)
  if (bit >= width) refuse(`there is no bit ${bit} in a word of ${name}`, `0 to ${width - 1}`)
  return { name, address, bit }
}
