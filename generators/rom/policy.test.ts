import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/common/input-error.js'
import { RomContents } from '../../src/hdl/index.js'
import { parseRomPolicy, printRomPolicy, romForm, romPolicyNames } from './policy.js'
import { romModule } from './rom-module.js'

describe('ROM policies', () => {
  test('every name is printed as it was parsed', () => {
    expect(romPolicyNames.map((name) => printRomPolicy(parseRomPolicy(name)))).toEqual(
      romPolicyNames,
    )
    expect(romPolicyNames).toHaveLength(16)
    expect(parseRomPolicy('brom')).toEqual({ kind: 'brom', block: 4 })
  })

  test.each(['', 'rom', 'brom:0', 'brom:9', 'brom:2.5', 'brom:', 'table:4', 'brom:4:4'])(
    '%j is refused with the option and the choices',
    (text) => {
      expect(() => parseRomPolicy(text, '--rom')).toThrow(InputError)
      expect(() => parseRomPolicy(text, '--rom')).toThrow(/^--rom: .* is no ROM policy.*brom:1 to/)
    },
  )

  test('forms and module names carry policy, shape and contents', () => {
    const contents = RomContents.fromWords(8, [1, 2, 3])
    const hash = contents.hash.slice(0, 8)
    const form = (name: string) => romForm(parseRomPolicy(name), contents)
    expect(form('table')).toEqual({ kind: 'table' })
    expect(form('readmemh')).toEqual({ kind: 'readmemh' })
    expect(form('macro')).toEqual({ kind: 'macro', module: `mask_rom_3x8_${hash}` })
    expect(form('brom:3')).toMatchObject({ kind: 'logic', construction: 'brom:3' })
    expect(romModule(contents, { kind: 'sum-of-ones' }).name).toBe(`rom_sum_of_ones_3x8_${hash}`)
    expect(romModule(contents, { kind: 'brom', block: 2 }, { registered: true }).name).toBe(
      `rom_brom2_3x8_${hash}_reg`,
    )
  })
})
