import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../common/random.js'
import { nativeSuite } from '../common/tools.js'
import { emitDesign } from './emit-design.js'
import { expectedTrace, icarusTrace, randomCycles } from './testing/bench.js'
import { randomModule } from './testing/random-module.js'
import { icarusLint, nativeYosysLint, verilatorLint } from './testing/tools.js'

const suite = nativeSuite('random modules', ['verilator', 'iverilog', 'vvp', 'yosys'])

describe.skipIf(suite.skip)(suite.title, () => {
  test('are silent in every tool and do what their IR says', () => {
    const seeds = fc.integer({ min: 0, max: 0x7fff_ffff })
    const property = fc.property(seeds, fc.integer({ min: 3, max: 10 }), (seed, targets) => {
      const node = randomModule('random_module', targets, new Random(seed))
      const design = emitDesign({ top: node, modules: [node] })
      expect(verilatorLint(design) + icarusLint(design) + nativeYosysLint(design)).toBe('')
      const cycles = randomCycles(design, 40, seed)
      expect(icarusTrace(design, cycles)).toEqual(expectedTrace(node, design, cycles))
    })
    const withoutOutputs: [number, number] = [639_216_643, 3]
    const sliceOfZeroProduct: [number, number] = [703_305_105, 10]
    const examples = [withoutOutputs, sliceOfZeroProduct]
    fc.assert(property, { numRuns: 12, endOnFailure: true, examples })
  })
})
