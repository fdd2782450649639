import { existsSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { emitDesign } from '../emit/index.js'
import { defineModule, elaborate, input, output, RomContents, uint } from '../hdl/index.js'
import { osu018Path, readLiberty } from './liberty.js'
import { abcScript } from './map-module.js'
import { firstWrongBit, RomMapper } from './map-rom.js'
import { openYosys } from './yosys.js'

const yosys = openYosys()
afterAll(() => yosys.close())

/** 11 words, so that the last addresses read zero. */
const contents = RomContents.fromWords(
  6,
  Array.from({ length: 11 }, (_, i) => (i * i * 7 + 5) % 64),
)

const rom = defineModule('rom', { addr_i: input(uint(4)), data_o: output(uint(6)) }, (m, ports) => {
  ports.data_o.assign(m.rom('words', contents).read(ports.addr_i))
})
const mapper = () => new RomMapper(emitDesign(elaborate(rom)), { yosys, abcScript })

/** Another ROM, of which one bit differs. */
function withFlippedBit(address: number, bit: number): RomContents {
  const bytes = contents.bytes.slice()
  bytes[address]! ^= 1 << bit
  return RomContents.fromBytes(contents.width, bytes)
}

test('generic gates: transistors, levels, and a netlist that is right at every address', async () => {
  const { netlist, area, nand2, cells, depth, delay, seconds } = await mapper().map(undefined)
  expect(firstWrongBit(netlist, contents)).toBeUndefined()
  expect(firstWrongBit(netlist, withFlippedBit(9, 4))).toEqual({ address: 9, bit: 4 })
  const longer = RomContents.fromBytes(6, Uint8Array.of(...contents.bytes, 0, 0, 0b100000))
  expect(firstWrongBit(netlist, longer)).toEqual({ address: 13, bit: 5 })
  expect(area).toBeGreaterThan(2 * cells)
  expect(nand2).toBe(area / 4)
  expect(depth).toBeGreaterThan(2)
  expect(delay).toBeUndefined()
  expect(seconds).toBeGreaterThan(0)
})

const osu018 = existsSync(osu018Path)
test.skipIf(!osu018)(
  `a library: square micrometres, delay, and a netlist with the functions that it states${osu018 ? '' : ' (skipped: qflow-tech-osu018 not found)'}`,
  async () => {
    const { netlist, area, delay } = await mapper().map(readLiberty(osu018Path))
    expect(firstWrongBit(netlist, contents)).toBeUndefined()
    expect(firstWrongBit(netlist, withFlippedBit(0, 0))).toEqual({ address: 0, bit: 0 })
    expect(area).toBeGreaterThan(16 * 6)
    expect(delay).toBeGreaterThan(50)
  },
)
