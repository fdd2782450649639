import { afterAll, expect, test } from 'vitest'
import { randomContents } from '../../generators/testing/random-contents.js'
import { Random } from '../../src/common/random.js'
import { RomContents } from '../../src/hdl/index.js'
import { abcScript, noCache, openYosys, RomMapper, type Yosys } from '../../src/synth/index.js'
import { firstWrongSum } from './check-sums.js'
import { type Cone, coneDesign } from './cone.js'
import { measureCone } from './measure-cone.js'

const yosys = openYosys()
afterAll(() => yosys.close())

const generic = { name: 'generic' }
const options = { yosys, cache: noCache, abcScript, limit: 100 }
const lanes = 2

function coneOf(bits: Cone['bits'], contents: RomContents): Cone {
  return { bits, lanes, contents }
}

test.each([
  ['ternary', 4, 'symbols:4'],
  [2, 4, 'brom:2'],
  [4, 8, 'table'],
] as const)(
  '%s codes: the netlist of a cone has the sums of its own words alone',
  async (bits, width, rom) => {
    const contents = randomContents(new Random(5), 16, width)
    const cone = coneOf(bits, contents)
    const mapper = new RomMapper(coneDesign(cone, rom), { yosys, abcScript, flatten: true })
    const { netlist } = await mapper.map(undefined)
    expect(firstWrongSum(netlist, cone)).toBeUndefined()
    const bytes = contents.bytes.slice()
    bytes[11 * (bytes.length / 16)]! ^= 1
    expect(firstWrongSum(netlist, coneOf(bits, RomContents.fromBytes(width, bytes)))).toBe(11)
  },
)

test('a fused cone has no border: constant words leave nothing of its arithmetic', async () => {
  const zeros = RomContents.fromWords(4, new Uint8Array(16))
  const areas = await measureCone(coneOf('ternary', zeros), 'table', generic, options)
  expect(areas).toMatchObject({ rom: 0, fused: 0 })
  expect(areas.consumer).toBeGreaterThan(100)
  expect(areas.separate).toBe(areas.consumer)
})

test('a wrong netlist has no area', async () => {
  const { engine, version, build } = yosys
  const wrong: Yosys = {
    engine,
    version,
    build,
    close: () => {},
    async run(...words) {
      const { files, log } = await yosys.run(...words)
      const netlist = files['netlist.aag']
      if (netlist === undefined || !netlist.includes('sum_o')) return { files, log }
      const [header, ...lines] = netlist.split('\n')
      const firstOutput = Number(header!.split(' ')[2])
      lines[firstOutput] = String(Number(lines[firstOutput]) ^ 1)
      return { files: { ...files, 'netlist.aag': [header, ...lines].join('\n') }, log }
    },
  }
  const cone = coneOf('ternary', randomContents(new Random(6), 16, 4))
  await expect(measureCone(cone, 'table', generic, { ...options, yosys: wrong })).rejects.toThrow(
    'wrong at address 0',
  )
})
