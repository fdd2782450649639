import { expect } from 'vitest'
import { InputError } from '../../common/input-error.js'

/** What an action's promise is refused with; fails unless that is an `InputError` fit for one line. */
export async function inputErrorOf(action: () => Promise<unknown>): Promise<InputError> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    expect(error.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    expect(error.message.length).toBeLessThan(1000)
    expect(error.location.file).toBeDefined()
    return error
  }
  return expect.fail('no error, but an InputError was expected')
}
