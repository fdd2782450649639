import { afterAll, expect, test } from 'vitest'
import { emitDesign } from '../../emit/index.js'
import {
  bool,
  cat,
  defineModule,
  elaborate,
  input,
  output,
  RomContents,
  uint,
} from '../../hdl/index.js'
import { noCache, openYosys, synthesize } from '../../synth/index.js'
import { areaByUnit } from './area-by-unit.js'

const yosys = openYosys()
afterAll(() => yosys.close())

const unit = (name: string, words: readonly number[]) =>
  defineModule(name, { address_i: input(uint(2)), word_o: output(uint(4)) }, (m, ports) => {
    const rom = m.rom('words', RomContents.fromWords(4, [...words]))
    ports.word_o.assign(m.delayed('word', rom.read(ports.address_i)))
  })

/** A unit with a memory of 4 words of 4 bits. */
const cache = (name: string) =>
  defineModule(name, { address_i: input(uint(2)), word_o: output(uint(4)) }, (m, ports) => {
    const memory = m.memory('cache', uint(4), { depth: 4 })
    memory.write(ports.address_i, cat(ports.address_i, ports.address_i.not()))
    ports.word_o.assign(memory.read('word', ports.address_i))
  })

/** Two L-Units in an array, and an H-Unit beside it. */
function design() {
  const ports = { address_i: input(uint(2)), word_o: output(uint(4)) }
  const lUnits = [unit('l_unit_0', [1, 2, 4, 8]), unit('l_unit_1', [14, 13, 11, 7])]
  const array = defineModule('l_array_2', ports, (m, { address_i, word_o }) => {
    const [first, second] = lUnits.map((of, i) => m.instance(`u_${i}`, of, { address_i }).word_o)
    word_o.assign(m.delayed('sum', first!.xor(second!)))
  })
  const top = defineModule('top', { ...ports, enable_i: input(bool) }, (m, given) => {
    const rows = m.instance('u_array', array, { address_i: given.address_i })
    const other = m.instance('u_h', unit('h_unit_x', [9, 10, 12, 5]), {
      address_i: given.address_i,
    })
    given.word_o.assign(
      m.delayed('word', rows.word_o.and(other.word_o), { enable: given.enable_i }),
    )
  })
  return emitDesign(elaborate(top))
}

test('units add up to the chip, with ROM bits of any form', async () => {
  const emitted = design()
  const report = await synthesize(emitted, { yosys, cache: noCache })
  const units = areaByUnit(report, emitted.modules)
  expect(
    units.map(({ unit: name, instances, romBits, flipFlops }) => [
      name,
      instances,
      romBits,
      flipFlops,
    ]),
  ).toEqual([
    ['L-Units', 2, 32, 8],
    ['H-Units', 1, 16, 4],
    ['rest', 2, 0, 8],
  ])
  const sum = units.reduce((total, { transistors }) => total + transistors, 0)
  expect(sum).toBe(report.modules[0]!.total.transistors)
})

test('memories of units have the area of the macros that hold them', async () => {
  const ports = { address_i: input(uint(2)), word_o: output(uint(4)) }
  const top = defineModule('top', ports, (m, { address_i, word_o }) => {
    const units = [cache('h_unit_x'), cache('adapter_x')].map((of, i) =>
      m.instance(`u_${i}`, of, { address_i }),
    )
    word_o.assign(m.delayed('word', units[0]!.word_o.xor(units[1]!.word_o)))
  })
  const emitted = emitDesign(elaborate(top))
  const sram = [{ name: 'macro', words: 4, bitsPerWord: 2, area: 3 }]
  const report = await synthesize(emitted, { yosys, cache: noCache, sram })
  const units = areaByUnit(report, emitted.modules)
  expect(units.map((of) => [of.unit, of.memoryBits, of.memoryArea])).toEqual([
    ['H-Units', 16, 6],
    ['adapters', 16, 6],
    ['rest', 0, 0],
  ])
  expect(report.modules[0]!.memoryArea).toBe(12)
})
