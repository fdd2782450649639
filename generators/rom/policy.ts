import { InputError } from '../../src/common/input-error.js'
import { elaborate, type RomContents, type RomForm, UInt } from '../../src/hdl/index.js'
import { blockRom } from './block-rom.js'
import { sumOfOnes } from './sum-of-ones.js'
import { smallestDecoded, symbolRom } from './symbol-rom.js'

/** How a ROM becomes hardware, as people choose it. */
export type RomPolicy =
  /** A `case` over the address: the synthesiser minimises the truth table. */
  | { readonly kind: 'table' }
  /** A B-ROM with blocks of 1 to 8 addresses. */
  | { readonly kind: 'brom'; readonly block: number }
  /** Words by symbols of 4, 6, 8 or 10 columns. */
  | { readonly kind: 'symbols'; readonly bits: number }
  /** Word lines, and an OR of ones for each column. */
  | { readonly kind: 'sum-of-ones' }
  /** An array that is filled from a file. */
  | { readonly kind: 'readmemh' }
  /** A foundry's macro, with its contents in a file beside it. */
  | { readonly kind: 'macro' }
  /** A policy for each contents, by their hash. */
  | { readonly kind: 'chosen'; readonly policies: ReadonlyMap<string, RomPolicy> }

const largestBlock = 8
const symbolSizes: readonly number[] = [4, 6, 8, 10]

/** The names that {@link parseRomPolicy} takes. */
export const romPolicyNames: readonly string[] = [
  'table',
  ...Array.from({ length: largestBlock }, (_, i) => `brom:${i + 1}`),
  ...symbolSizes.map((bits) => `symbols:${bits}`),
  'sum-of-ones',
  'readmemh',
  'macro',
]

/**
 * `table`, `brom:1` to `brom:8` (`brom` alone has blocks of four, ROMA's), `symbols:4`, `symbols:6`, `symbols:8`,
 * `symbols:10`, `sum-of-ones`, `readmemh` or `macro`.
 *
 * @param field the option that the text came from
 * @throws InputError for anything else
 */
export function parseRomPolicy(text: string, field = '--rom'): RomPolicy {
  const [kind, size, ...rest] = text.split(':')
  if (rest.length === 0) {
    if (kind === 'brom') {
      const block = size === undefined ? 4 : Number(size)
      if (Number.isInteger(block) && 1 <= block && block <= largestBlock) return { kind, block }
    } else if (kind === 'symbols') {
      const bits = Number(size)
      if (symbolSizes.includes(bits)) return { kind, bits }
    } else if (size === undefined) {
      if (kind === 'table' || kind === 'sum-of-ones' || kind === 'readmemh' || kind === 'macro') {
        return { kind }
      }
    }
  }
  const known = 'table, brom:1 to brom:8, symbols:4, 6, 8 or 10, sum-of-ones, readmemh, macro'
  throw new InputError(`${JSON.stringify(text)} is no ROM policy`, { field }, `one of ${known}`)
}

/** The inverse of {@link parseRomPolicy}; `auto` for one that is chosen for each contents. */
export function printRomPolicy(policy: RomPolicy): string {
  switch (policy.kind) {
    case 'brom':
      return `brom:${policy.block}`
    case 'symbols':
      return `symbols:${policy.bits}`
    case 'chosen':
      return 'auto'
    default:
      return policy.kind
  }
}

/** The policy as part of an identifier: `brom4`, `symbols8`, `sum_of_ones`. */
export function romPolicyIdentifier(policy: RomPolicy): string {
  return printRomPolicy(policy).replace(':', '').replaceAll('-', '_')
}

/**
 * The form of the language's ROM node for a policy; a macro is named from the contents that it holds. Placeholders
 * are macros in any policy.
 *
 * @throws RangeError for contents that a policy was not chosen for
 */
export function romForm(policy: RomPolicy, contents: RomContents): RomForm {
  if (contents.isPlaceholder) return { kind: 'macro', module: romMacroName(contents) }
  switch (policy.kind) {
    case 'table':
    case 'readmemh':
      return { kind: policy.kind }
    case 'macro':
      return { kind: 'macro', module: romMacroName(contents) }
    case 'brom':
      return {
        kind: 'logic',
        construction: printRomPolicy(policy),
        build: (address, words) => blockRom(new UInt(address), words, policy.block).node,
      }
    case 'symbols':
      return contents.depth < smallestDecoded
        ? sumOfOnesForm(printRomPolicy(policy))
        : symbolForm(policy.bits, contents)
    case 'sum-of-ones':
      return sumOfOnesForm(policy.kind)
    case 'chosen': {
      const chosen = policy.policies.get(contents.hash)
      if (chosen !== undefined) return romForm(chosen, contents)
      throw new RangeError(`no policy was chosen for the ROM ${romShapeName(contents)}`)
    }
  }
}

function sumOfOnesForm(construction: string): RomForm {
  return {
    kind: 'logic',
    construction,
    build: (address, words) => sumOfOnes(new UInt(address), words).node,
  }
}

function symbolForm(bits: number, contents: RomContents): RomForm {
  const name = `symbol${bits}_rom_${romShapeName(contents)}`
  return {
    kind: 'module',
    construction: `symbols:${bits}`,
    name,
    build: (words) => elaborate(symbolRom(name, words, bits)).modules,
  }
}

/** Module name of the macro for some contents. */
export function romMacroName(contents: RomContents): string {
  return `mask_rom_${romShapeName(contents)}`
}

/** Depth, width and the start of the contents' hash: `256x64_0f3a9c1e`. */
export function romShapeName({ depth, width, hash }: RomContents): string {
  return `${depth}x${width}_${hash.slice(0, 8)}`
}
