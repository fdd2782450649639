import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { countRom, type Terms } from '../../../generators/rom/counts/index.js'
import { InputError } from '../../common/input-error.js'
import type { RomContents } from '../../hdl/index.js'
import type { LibertyLibrary } from '../../synth/index.js'

const terms = z.record(z.string(), z.number().nonnegative())

const libraryCosts = z.object({
  name: z.string(),
  /** SHA-256 of what Yosys reads of the Liberty file; absent for generic gates. */
  liberty: z.string().optional(),
  /** By the name of the policy: what each of its counted parts costs. */
  policies: z.record(
    z.string(),
    z.object({
      /** Transistors of generic gates, or square micrometres. */
      area: terms,
      /** Generic gates, or picoseconds, on the longest path; no bank of the calibration had more. */
      path: terms,
    }),
  ),
})

export type LibraryCosts = z.infer<typeof libraryCosts>

/** What the parts of ROMs cost in libraries, as `romulus rom-study --calibrate` finds it. */
export const romCosts = z.object({
  format: z.literal('romulus-rom-costs-1'),
  yosys: z.string(),
  abcScript: z.string(),
  /** The banks that the costs were fitted to. */
  banks: z.array(z.string()),
  libraries: z.array(libraryCosts),
})

export type RomCosts = z.infer<typeof romCosts>

/** @throws InputError for a file that cannot be read or holds something else */
export function readRomCosts(file: string): RomCosts {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new InputError(`cannot be read: ${(error as Error).message}`, { file })
  }
  const parsed = romCosts.safeParse(content)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0]!
  throw new InputError(message, { file, field: path.join('.') }, 'romulus rom-study --calibrate')
}

/** The costs of generic gates or of a library, known by its content; undefined for one that was not calibrated. */
export function costsOf(
  { libraries }: RomCosts,
  library: LibertyLibrary | undefined,
): LibraryCosts | undefined {
  const hash = library && libertyHash(library)
  return libraries.find(({ liberty }) => liberty === hash)
}

export function libertyHash({ text }: LibertyLibrary): string {
  return createHash('sha256').update(text).digest('hex')
}

/** What a ROM becomes in a policy, before any synthesis. */
export interface RomEstimate {
  readonly policy: string
  readonly area: number
  readonly path: number
}

/** A ROM in every policy that has costs, in the order of the policies. */
export function estimateRom(
  costs: LibraryCosts,
  contents: RomContents,
  policies: readonly string[],
): RomEstimate[] {
  return policies.flatMap((policy) => {
    const cost = costs.policies[policy]
    if (cost === undefined) return []
    const counts = countRom(policy, contents)
    const path = total(cost.path, { ...counts.path, ...counts.load })
    return [{ policy, area: total(cost.area, counts.area), path }]
  })
}

function total(costs: Terms, counts: Terms): number {
  return Object.entries(counts).reduce((sum, [name, count]) => sum + (costs[name] ?? 0) * count, 0)
}

/** The smallest; of equals the first one. */
export function smallestRom<T extends { readonly area: number }>(
  roms: readonly T[],
): T | undefined {
  return roms.reduce<T | undefined>(
    (best, rom) => (best === undefined || rom.area < best.area ? rom : best),
    undefined,
  )
}
