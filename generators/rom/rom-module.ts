import { defineModule, input, output, type RomContents, uint } from '../../src/hdl/index.js'
import {
  printRomPolicy,
  type RomPolicy,
  romForm,
  romPolicyIdentifier,
  romShapeName,
} from './policy.js'

export interface RomModuleOptions {
  /** The word comes from a register, one clock edge after its address; false by default. */
  readonly registered?: boolean
}

/**
 * A ROM as a module of its own: the word at `addr_i` on `data_o`, zero beyond the depth. Named from policy,
 * shape and contents.
 */
export function romModule(
  contents: RomContents,
  policy: RomPolicy,
  { registered = false }: RomModuleOptions = {},
) {
  const suffix = registered ? '_reg' : ''
  return defineModule(
    `rom_${romPolicyIdentifier(policy)}_${romShapeName(contents)}${suffix}`,
    { addr_i: input(uint(contents.addressWidth)), data_o: output(uint(contents.width)) },
    (m, { addr_i, data_o }) => {
      const word = m.rom('words', contents, { form: romForm(policy, contents) }).read(addr_i)
      data_o.assign(registered ? m.delayed('data', word) : word)
    },
    {
      parameters: {
        policy: printRomPolicy(policy),
        depth: contents.depth,
        width: contents.width,
        registered,
      },
    },
  )
}
