import { describe, expect, test } from 'vitest'
import { Random } from '../../../common/random.js'
import { nativeSuite } from '../../../common/tools.js'
import { registerMap, selfTestBits, statusBits } from '../../../compiler/register-map.js'
import { tokenCycles } from '../../../compiler/schedule.js'
import { emitDesign } from '../../../emit/index.js'
import { argmax, ChipDecoder, romSignature } from '../../../golden/index.js'
import { ChipHost, openChip } from '../../../host/chip-host.js'
import { ChipPins } from '../../../host/chip-pins.js'
import { openEmbedded } from '../../../sim/embedded/index.js'
import { openIverilog } from '../../../sim/iverilog/index.js'
import { buildVerilator, openVerilator } from '../../../sim/verilator/index.js'
import { type RomFault, withFlippedRomBits } from './flip-rom-bit.js'
import { randomFaults, romsOf, testedChip } from './testing/tested-chip.js'

const minutes = 60_000

/** ROMs that no self-test reads, and that docs/self-test.md names. */
const untested = [
  /\.\w+_table$/,
  /\.u_sequencer\.\w+_rom$/,
  /^u_adapter_loader\.(expected_words|last_of_\w+)$/,
]

describe.each([
  ['a small chip', {}, {}],
  ['ROMs in blocks', { rom: 'brom:4' }, {}],
  ['ROMs by symbols', { rom: 'symbols:4' }, {}],
  ['ROMs of macros', { rom: 'macro', bits: 2, headBits: 4 }, {}],
  ['ternary weights', { bits: 'ternary', headBits: 4 }, {}],
  ['adapters', { adapter: { rank: 8 }, vectorLanes: 4 }, {}],
  [
    'a mesh of 2 x 2 with registers, and adapters',
    { mesh: { rows: 2, columns: 2, registers: 2 }, vectorLanes: 4, adapter: { rank: 8 } },
    { dim: 64 },
  ],
  ['a mesh of 3 x 3', { mesh: { rows: 3, columns: 3 }, lUnits: 1, vectorLanes: 2 }, { layers: 1 }],
] as const)('%s', (_, settings, shape) => {
  const { design, selfTest } = testedChip(settings, shape)
  const { banks, cycles } = selfTest

  test('gives the expected signatures, again and again', () => {
    const host = openChip(openEmbedded(design.flat))
    for (let run = 0; run < 2; run++) {
      const tested = host.selfTest(banks)
      expect(tested).toEqual(
        banks.map((bank) => ({ ...bank, read: bank.signature, isRight: true })),
      )
    }
  })

  test('has all its ROMs in banks but tables of functions and of constants', () => {
    const roms = romsOf(design)
    for (const { name, depth, width, signature } of banks) {
      const contents = roms.get(name)
      expect(contents, name).toMatchObject({ depth, width })
      expect(romSignature(contents!), name).toBe(signature)
      roms.delete(name)
    }
    const others = [...roms.keys()].filter((name) => !untested.some((known) => known.test(name)))
    expect(others).toEqual([])
  })

  test('holds a prompt back for the compiled number of cycles', () => {
    const engine = openEmbedded(design.flat)
    const pins = new ChipPins(engine, 2 * cycles)
    new ChipHost(pins)
    // The response to the write takes a cycle, in which the test runs already.
    pins.writeRegister('SELF_TEST', 1)
    const before = pins.cycles - 1
    pins.sendPromptToken(1, true)
    expect(pins.cycles - 1 - before).toBe(cycles)
  })
})

describe('a wrong bit', () => {
  const seed = 11
  const { design, selfTest } = testedChip(
    { mesh: { rows: 1, columns: 2 }, vectorLanes: 2 },
    { dim: 64 },
  )
  const { banks } = selfTest
  const roms = romsOf(design)
  const random = new Random(seed)

  /** What the specification gives for banks with faults. */
  const expected = (faults: readonly RomFault[]) =>
    banks.map((bank) => {
      const wrong = faults
        .filter(({ name }) => name === bank.name)
        .reduce((rom, { address, bit }) => rom.withFlippedBit(address, bit), roms.get(bank.name)!)
      const read = romSignature(wrong)
      return { ...bank, read, isRight: read === bank.signature }
    })

  test.each(Array.from({ length: 8 }, (_, run) => run))(
    `at random in every bank is found in every bank (seed ${seed}, run %i)`,
    () => {
      const faults = randomFaults(banks, random)
      const faulty = withFlippedRomBits(design, faults)
      // The vector units share a module with the rotations until one of them is faulty.
      const names = faulty.modules.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      const tested = openChip(openEmbedded(faulty.flat)).selfTest(banks)
      expect(
        tested.filter(({ isRight }) => isRight),
        JSON.stringify(faults),
      ).toEqual([])
      expect(tested).toEqual(expected(faults))
    },
  )

  test('is found in its bank, and in no other', () => {
    const some = banks.filter((_, i) => i % 2 === 1)
    const faults = randomFaults(some, random)
    const faulty = withFlippedRomBits(design, faults)
    const tested = openChip(openEmbedded(faulty.flat)).selfTest(banks)
    expect(tested.filter(({ isRight }) => !isRight).map(({ name }) => name)).toEqual(
      some.map(({ name }) => name),
    )
  })

  test('in the last word of every bank, and in the first, is found', () => {
    for (const last of [false, true]) {
      const faults = banks.map(({ name, depth, width }) => ({
        name,
        address: last ? depth - 1 : 0,
        bit: last ? width - 1 : 0,
      }))
      const faulty = withFlippedRomBits(design, faults)
      const tested = openChip(openEmbedded(faulty.flat)).selfTest(banks)
      expect(tested.map(({ isRight }) => isRight)).toEqual(banks.map(() => false))
    }
  })

  test.each([
    [{ name: 'u_controller.program_rom', address: 1000, bit: 0 }, /no bit 0 of word 1000/],
    [{ name: 'u_controller.rom', address: 0, bit: 0 }, /has no ROM rom/],
    [{ name: 'u_nowhere.rom', address: 0, bit: 0 }, /has no u_nowhere/],
  ])('that does not exist is refused: %j', (fault, message) => {
    expect(() => withFlippedRomBits(design, [fault])).toThrow(message)
  })

  const icarus = nativeSuite('Icarus', ['iverilog', 'vvp'])
  test.skipIf(icarus.skip).each(['macro', 'symbols:4'])(
    `${icarus.title}: is found in one of two ROMs that have the same contents, as %s`,
    (rom) => {
      const mesh = { rows: 1, columns: 2 }
      const settings = { mesh, rom, vectorLanes: 2, lUnits: 1 } as const
      const twins = testedChip(settings, { dim: 64, hiddenDim: 5, layers: 1, contextLength: 4 })
      const name = 'u_vector_row.u_vector_unit1.u_heads.rotation_rom'
      const faults = [{ name, address: 5, bit: 30 }]
      const emitted = emitDesign(withFlippedRomBits(twins.design, faults))
      const engine = openIverilog(emitted)
      const tested = openChip(engine).selfTest(twins.selfTest.banks)
      engine.close()
      const wrong = tested.filter(({ isRight }) => !isRight)
      expect(wrong.map((bank) => bank.name)).toEqual([name])
    },
    5 * minutes,
  )

  const verilator = nativeSuite('Verilator', ['verilator', 'g++'])
  test.skipIf(verilator.skip)(
    `${verilator.title}: is found as in the embedded engine`,
    async () => {
      const small = testedChip({}, { layers: 1 })
      const some = small.selfTest.banks.filter((_, i) => i % 2 === 0)
      const faults = randomFaults(some, random)
      const emitted = emitDesign(withFlippedRomBits(small.design, faults))
      // Some thousand cycles are not worth an optimising compiler.
      const executable = await buildVerilator(emitted, { compilerFlags: ['-O0'] })
      const engine = openVerilator(executable)
      const tested = openChip(engine).selfTest(small.selfTest.banks)
      engine.close()
      expect(tested.map(({ isRight }) => isRight)).toEqual(
        small.selfTest.banks.map((_, i) => i % 2 === 1),
      )
    },
    5 * minutes,
  )
})

describe('between requests', () => {
  const { design, selfTest, model, shape, schedule } = testedChip({
    adapter: { rank: 8 },
    vectorLanes: 4,
  })
  const golden = () => new ChipDecoder(model, { ...shape, digitBits: shape.bits, kvFormat: 'int8' })

  test('a text goes on behind a self-test as if there had been none', () => {
    const host = openChip(openEmbedded(design.flat))
    const decoder = golden()
    let token = 3
    const check = (answers: Iterable<{ token: number; cycles: number }>) => {
      for (const answer of answers) {
        const position = decoder.position
        token = argmax(decoder.step(token))
        expect(answer).toMatchObject({ token, cycles: tokenCycles(schedule, position) })
      }
    }
    check(host.generate([token], { maxTokens: 2 }))
    for (const { isRight } of host.selfTest(selfTest.banks)) expect(isRight).toBe(true)
    check(host.continueText([], { maxTokens: 2 }))
    for (const { isRight } of host.selfTest(selfTest.banks)) expect(isRight).toBe(true)
    check(host.continueText([], { maxTokens: 1 }))
    expect(decoder.position).toBe(5)
  })

  test('an answer that was left is ended first', () => {
    const host = openChip(openEmbedded(design.flat))
    const [first] = host.generate([3])
    expect(host.selfTest(selfTest.banks).every(({ isRight }) => isRight)).toBe(true)
    expect(host.status()).toMatchObject({ busy: false, position: 1 })
    const decoder = golden()
    decoder.step(3)
    decoder.step(first!.token)
    const [next] = host.continueText([5], { maxTokens: 1 })
    expect(next!.token).toBe(argmax(decoder.step(5)))
  })

  const open = () => {
    const engine = openEmbedded(design.flat)
    const pins = new ChipPins(engine, 20 * schedule.cycles)
    const host = new ChipHost(pins)
    pins.writeRegister('MAX_TOKENS', 1)
    return { engine, pins, host }
  }
  const running = 1 << selfTestBits.running
  const done = 1 << selfTestBits.done
  const answerOf = (pins: ChipPins) => {
    pins.waitForToken()
    const { token } = pins.offeredToken()
    pins.takeToken()
    return token
  }
  const expected = argmax(golden().step(3))

  test('during a request a self-test is refused, and the request is not disturbed', () => {
    const { pins, host } = open()
    pins.sendPromptToken(3, true)
    pins.writeRegister('SELF_TEST', 1)
    expect(pins.readRegister('SELF_TEST')).toBe(0)
    expect(pins.readRegister('STATUS')).toBe(1 << statusBits.busy)
    expect(() => host.selfTest(selfTest.banks)).toThrow(/busy/)
    expect(answerOf(pins)).toBe(expected)
    expect(pins.readRegister('SELF_TEST')).toBe(0)
    expect(host.selfTest(selfTest.banks).every(({ isRight }) => isRight)).toBe(true)
  })

  test('of a request and a self-test that start in one cycle the request comes first', () => {
    const { engine, pins } = open()
    const port = (name: string) => engine.ports.findIndex((candidate) => candidate.name === name)
    const poke = (name: string, value: number) => engine.poke(port(name), BigInt(value))
    const both = (value: 0 | 1) => {
      for (const name of ['s_axil_awvalid', 's_axil_wvalid', 's_axis_prompt_tvalid']) {
        poke(name, value)
      }
    }
    poke('s_axil_awaddr', registerMap.SELF_TEST)
    poke('s_axil_wdata', 1)
    poke('s_axis_prompt_tdata', 3)
    poke('s_axis_prompt_tlast', 1)
    both(1)
    expect(engine.peek(port('s_axil_awready'))).toBe(1n)
    expect(engine.peek(port('s_axis_prompt_tready'))).toBe(1n)
    pins.step()
    both(0)
    pins.step()
    expect(pins.readRegister('STATUS')).toBe(1 << statusBits.busy)
    expect(pins.readRegister('SELF_TEST')).toBe(running)
    expect(answerOf(pins)).toBe(expected)
    pins.sendPromptToken(3, true)
    expect(pins.readRegister('SELF_TEST')).toBe(done)
    expect(answerOf(pins)).toBe(expected)
    const signatures = selfTest.banks.map(() => pins.readRegister('SELF_TEST_SIGNATURE'))
    expect(signatures).toEqual(selfTest.banks.map(({ signature }) => signature))
  })

  test('a self-test may start again while signatures are read', () => {
    const { pins, host } = open()
    host.selfTest(selfTest.banks)
    pins.writeRegister('SELF_TEST', 1)
    while (pins.readRegister('SELF_TEST') !== done);
    for (let i = 0; i < 3; i++) pins.readRegister('SELF_TEST_SIGNATURE')
    pins.writeRegister('SELF_TEST', 1)
    expect(pins.readRegister('SELF_TEST')).toBe(running)
    while (pins.readRegister('SELF_TEST') !== done);
    const signatures = [...selfTest.banks, undefined].map(() =>
      pins.readRegister('SELF_TEST_SIGNATURE'),
    )
    expect(signatures).toEqual([...selfTest.banks.map(({ signature }) => signature), 0])
  })
})

test('the host refuses a chip without a self-test, and a list of other banks', () => {
  const { design, selfTest, schedule } = testedChip()
  const host = openChip(openEmbedded(design.flat))
  expect(() => host.selfTest(selfTest.banks.slice(1))).toThrow(/has 9 banks, not 8/)
  const plain = testedChip({ selfTest: false })
  expect(plain.selfTest).toBeUndefined()
  expect(plain.schedule).toEqual(schedule)
  const text = emitDesign(plain.design)
    .files.map((file) => file.path + file.text)
    .join('\n')
  expect(text).not.toMatch(/self_test|signature|_st_/)
  expect(() => openChip(openEmbedded(plain.design.flat)).selfTest([])).toThrow(/has no self-test/)
})
