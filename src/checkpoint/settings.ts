import { z } from 'zod'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'

/** Schema of a size in a header: a positive integer below 2^31. */
export const sizeSetting = z
  .int()
  .positive()
  .max(2 ** 31 - 1)

/** Schema of a positive constant in a header. */
export const positiveSetting = z.number().positive()

/**
 * Checks the settings of a header against a schema whose keys are the header's own names.
 * @param owner what the settings belong to; it comes before the setting's name in messages.
 * @throws InputError that names the first setting at fault.
 */
export function parseSettings<Schema extends z.ZodType>(
  schema: Schema,
  settings: unknown,
  file: string,
  owner?: string,
): z.output<Schema> {
  const parsed = schema.safeParse(settings, { error: settingProblem })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const path = [...(owner === undefined ? [] : [owner]), ...issue.path]
  throw new InputError(issue.message, {
    file,
    ...(path.length === 0 ? {} : { field: printable(path.map(String).join(': ')) }),
  })
}

/** Says what zod would say, but in the words of a header. */
function settingProblem(issue: {
  code?: string
  input?: unknown
  expected?: unknown
}): string | undefined {
  if (issue.code !== 'invalid_type') return undefined
  return issue.input === undefined
    ? 'is missing'
    : `is ${describe(issue.input)}, not ${String(issue.expected)}`
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return 'a list or an object'
  return typeof value === 'string' ? printable(JSON.stringify(value)) : String(value)
}
