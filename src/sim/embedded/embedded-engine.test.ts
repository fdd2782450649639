import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FlatDesign } from '../../hdl/ir/flat.js'
import { openEmbedded } from './embedded-engine.js'
import { Choices } from './testing/choices.js'
import { Interpreter } from './testing/interpreter.js'
import { randomDesign, randomLanes } from './testing/random-design.js'

/** Drives engine and interpreter with the same random inputs and edges and compares all outputs. */
function compareWithInterpreter(design: FlatDesign, stimulus: Choices): void {
  const engine = openEmbedded(design, { checks: 'collect' })
  const oracle = new Interpreter(design)
  const clocks = design.inputs.flatMap(({ role }, port) => (role === 'clock' ? [port] : []))
  for (let cycle = 0; cycle < 12; cycle++) {
    design.inputs.forEach(({ role, width }, port) => {
      if (role === 'clock' || stimulus.below(3) === 0) return
      const value = stimulus.bits(width)
      engine.poke(port, value)
      oracle.inputs[port] = value
    })
    if (stimulus.below(4) !== 0) {
      const settled = oracle.settle()
      design.outputs.forEach(({ name, net }, output) => {
        const got = engine.peek(design.inputs.length + output)
        expect(got, `${name} in cycle ${cycle}`).toBe(settled[net])
      })
    }
    const clock = stimulus.pick(clocks)
    engine.step(clock, 1)
    oracle.tick(design.inputs[clock]!.net)
  }
  const covered = oracle.covered.filter((_, index) => design.checks[index]!.kind === 'cover')
  expect(engine.coverage().map(({ count }) => Number(count))).toEqual(covered)
  expect(engine.failures.length).toBe(oracle.failures.length)
}

const decisions = fc.array(fc.nat(), { minLength: 20, maxLength: 700, size: 'max' })
const stimulus = fc.array(fc.nat(), { minLength: 40, maxLength: 400, size: 'max' })

const numRuns = Number(process.env.EMBEDDED_RUNS ?? 150)

describe('the embedded engine', () => {
  const kinds = {
    'random designs of machine words': (choices: Choices) => randomDesign(choices, true),
    'random designs of any width': (choices: Choices) => randomDesign(choices, false),
    'random repeated instances': randomLanes,
  }
  for (const [name, make] of Object.entries(kinds)) {
    it(`equals the interpreter on ${name}`, () => {
      fc.assert(
        fc.property(decisions, stimulus, (design, inputs) => {
          compareWithInterpreter(make(new Choices(design)), new Choices(inputs))
        }),
        { numRuns },
      )
    })
  }
})
