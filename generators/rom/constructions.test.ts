import { describe, expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { defineModule, input, output, RomContents, type UInt, uint } from '../../src/hdl/index.js'
import { openModule } from '../testing/open-embedded.js'
import { randomContents } from '../testing/random-contents.js'
import { blockRom } from './block-rom.js'
import { sumOfOnes } from './sum-of-ones.js'
import { smallestDecoded, symbolRom } from './symbol-rom.js'

type Construction = (contents: RomContents) => ReturnType<typeof symbolRom>

/** Reads every address that the port can carry and compares with the contents. */
function expectContents(construct: Construction, contents: RomContents): void {
  const { addressWidth, depth } = contents
  const simulation = openModule(construct(contents))
  for (let address = 0; address < 2 ** addressWidth; address++) {
    simulation.poke('addr_i', address)
    const word = simulation.peekBits('data_o')
    if (word !== contents.word(address)) {
      expect.fail(`word ${address} of ${depth} is ${word}, not ${contents.word(address)}`)
    }
  }
}

function inline(construct: (address: UInt, contents: RomContents) => UInt): Construction {
  return (contents) =>
    defineModule(
      'rom',
      { addr_i: input(uint(contents.addressWidth)), data_o: output(uint(contents.width)) },
      (m, { addr_i, data_o }) => {
        m.unused(addr_i)
        data_o.assign(construct(addr_i, contents))
      },
    )
}

const constructions: [string, Construction][] = [
  ...Array.from({ length: 8 }, (_, i): [string, Construction] => [
    `blocks of ${i + 1}`,
    inline((address, contents) => blockRom(address, contents, i + 1)),
  ]),
  ...[2, 3, 6, 8].map((bits): [string, Construction] => [
    `symbols of ${bits} columns`,
    (contents) =>
      contents.depth < smallestDecoded
        ? inline(sumOfOnes)(contents)
        : symbolRom('rom', contents, bits),
  ]),
  ['sum of ones', inline(sumOfOnes)],
]

describe.each(constructions)('%s', (_, construct) => {
  const depths = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 21, 31, 32, 33, 64, 100]

  test.each(depths)('%i random words', (depth) => {
    const random = new Random(depth)
    for (const width of [1, 2, 9, 40]) {
      for (const density of [0.1, 0.5]) {
        expectContents(construct, randomContents(random, depth, width, density))
      }
    }
  })

  test('all zeros and all ones', () => {
    expectContents(construct, RomContents.fromWords(8, new Uint8Array(20)))
    expectContents(construct, RomContents.fromWords(8, new Uint8Array(20).fill(255)))
    expectContents(construct, RomContents.fromWords(8, new Uint8Array(32).fill(255)))
  })
})
