import {
  type Bool,
  bool,
  input,
  type ModuleBuilder,
  output,
  type UInt,
} from '../../src/hdl/index.js'
import { optionalPorts } from '../common/optional-ports.js'
import { signatureRegister } from './signature-register.js'

/** The start of signatures, and the chain on which they go out. */
export const signatureChainPorts = {
  self_test_clear_i: input(bool),
  self_test_shift_i: input(bool),
  signature_i: input(bool),
  signature_o: output(bool),
} as const

/** The same, and whether the addresses of the two ROMs of an L-Unit are those of a self-test. */
export function romTestPorts({ selfTest }: { readonly selfTest?: true }) {
  return optionalPorts(selfTest, () => ({
    self_test_code_i: input(bool),
    self_test_scale_i: input(bool),
    ...signatureChainPorts,
  }))
}

/** What all signatures of a chip see. */
export interface SignatureControl {
  readonly clear: Bool
  readonly shift: Bool
}

/** A ROM with a signature. */
export interface TestedRom {
  readonly name: string
  readonly word: UInt
  /** The word is one of the self-test. */
  readonly sample: Bool
}

/**
 * The signatures of some ROMs on a chain, the first one's going out first.
 *
 * @param behind what follows on the chain
 * @returns the chain's next bit
 */
export function signatureChain(
  m: ModuleBuilder,
  { clear, shift }: SignatureControl,
  roms: readonly TestedRom[],
  behind: Bool,
): Bool {
  return roms.reduceRight<Bool>(
    (chain, { name, word, sample }) =>
      m.instance(`u_${name}_signature`, signatureRegister(word.width), {
        word_i: word,
        sample_i: sample,
        clear_i: clear,
        shift_i: shift,
        chain_i: chain,
      }).chain_o,
    behind,
  )
}

/** The ends of a module's part of the chain, as its instance has them. */
export interface ChainPart {
  readonly signature_i: { assign(bit: Bool): void }
  readonly signature_o: Bool
}

/** Links instances, the first one's signatures going out first. @returns the chain's next bit */
export function linkSignatures(parts: readonly ChainPart[], behind: Bool): Bool {
  return parts.reduceRight<Bool>((chain, part) => {
    part.signature_i.assign(chain)
    return part.signature_o
  }, behind)
}
