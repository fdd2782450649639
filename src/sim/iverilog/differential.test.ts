import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exampleDesigns, portWidths, wide } from '../../../testbench/example-designs.js'
import { nativeSuite } from '../../common/tools.js'
import type { EmittedDesign } from '../../emit/emitted-design.js'
import type { Engine } from '../engine.js'
import { readValue, recordLayout, writeValue } from '../recording-layout.js'
import { buildVerilator, openVerilator } from '../verilator/index.js'
import { openIverilog } from './index.js'

const suite = nativeSuite('Verilator and Icarus agree', ['verilator', 'g++', 'iverilog', 'vvp'])
const runs = { numRuns: 3, seed: 20240229, endOnFailure: true }

function clocksOf({ ports }: EmittedDesign): number[] {
  return ports.flatMap(({ role }, index) => (role === 'clock' ? [index] : []))
}

/** Random stimulus, garbage above the port widths included; resets are asserted now and then. */
function stimulusFor(design: EmittedDesign, cycles: number): fc.Arbitrary<Uint32Array> {
  const { inputWords, offsets } = recordLayout(design.ports)
  return fc
    .uint32Array({ minLength: cycles * inputWords, maxLength: cycles * inputWords })
    .map((words) => {
      design.ports.forEach(({ role }, port) => {
        if (role !== 'reset') return
        for (let cycle = 0; cycle < cycles; cycle++) {
          const word = cycle * inputWords + offsets[port]!
          words[word] = cycle > 1 && words[word]! % 16 !== 0 ? 1 : 0
        }
      })
      return words
    })
}

/** What `runVectors` does, with the other calls. */
function runByHand(engine: Engine, clock: number, cycles: number, stimulus: Uint32Array) {
  const { inputWords, outputWords, offsets } = recordLayout(engine.ports)
  const results = new Uint32Array(cycles * outputWords)
  for (let cycle = 0; cycle < cycles; cycle++) {
    engine.ports.forEach(({ direction, role, width }, port) => {
      if (direction === 'output' || role === 'clock') return
      engine.poke(port, readValue(stimulus, cycle * inputWords + offsets[port]!, width))
    })
    engine.ports.forEach(({ direction, width }, port) => {
      if (direction === 'input') return
      writeValue(results, cycle * outputWords + offsets[port]!, width, engine.peek(port))
    })
    engine.step(clock, 1)
  }
  return results
}

describe.skipIf(suite.skip)(suite.title, () => {
  for (const [name, design] of Object.entries(exampleDesigns)) {
    test(`on ${name}, in batches and step by step`, async () => {
      const executable = await buildVerilator(design)
      const cycles = 40
      const clocks = clocksOf(design)
      const batch = fc.tuple(fc.constantFrom(...clocks), stimulusFor(design, cycles))
      fc.assert(
        fc.property(fc.array(batch, { minLength: 1, maxLength: 3 }), (batches) => {
          const engines = {
            batch: openVerilator(executable),
            steps: openVerilator(executable),
            icarus: openIverilog(design),
            icarusSteps: openIverilog(design),
          }
          try {
            for (const [clockPort, stimulus] of batches) {
              const expected = engines.batch.runVectors({ clockPort, cycles, stimulus })
              expect(runByHand(engines.steps, clockPort, cycles, stimulus)).toEqual(expected)
              expect(engines.icarus.runVectors({ clockPort, cycles, stimulus })).toEqual(expected)
              expect(runByHand(engines.icarusSteps, clockPort, cycles, stimulus)).toEqual(expected)
            }
          } finally {
            for (const engine of Object.values(engines)) engine.close()
          }
        }),
        runs,
      )
    })
  }

  test('on every width, a register and an inverter do what they say', async () => {
    const executable = await buildVerilator(wide)
    for (const engine of [openVerilator(executable), openIverilog(wide)]) {
      try {
        const port = (name: string) =>
          engine.ports.findIndex((candidate) => candidate.name === name)
        for (const width of portWidths) {
          const value = BigInt(`0x${'9a5f1c3e7'.repeat(9)}`)
          engine.poke(port(`x${width}_i`), value)
          engine.step(port('clk_i'), 1)
          engine.poke(port(`x${width}_i`), -2n)
          expect(engine.peek(port(`x${width}_i`))).toBe(BigInt.asUintN(width, -2n))
          expect(engine.peek(port(`q${width}_o`))).toBe(BigInt.asUintN(width, value))
          expect(engine.peek(port(`n${width}_o`))).toBe(1n)
        }
      } finally {
        engine.close()
      }
    }
  })
})
