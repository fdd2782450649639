import { describe, expect, test } from 'vitest'
import { Random } from '../src/common/random.js'
import { nativeSuite } from '../src/common/tools.js'
import { emitDesign } from '../src/emit/index.js'
import {
  icarusLint,
  nativeYosysLint,
  verilatorLint,
  wasmYosysLint,
} from '../src/emit/testing/tools.js'
import { elaborate, RomContents } from '../src/hdl/index.js'
import { adapterLoader } from './adapter/adapter-loader.js'
import {
  binary32,
  fixedExp2Unit,
  floatAdder,
  floatAddStages,
  floatMultiplier,
  floatMultiplyStages,
  floatReciprocalUnit,
  piecewiseQuadraticStages,
} from './float/index.js'
import { hUnit, hUnitParameters } from './h-unit/index.js'
import { lArray } from './l-array/l-array.js'
import { lUnitBench } from './l-unit/bench.js'
import { lUnitParameters, pipelineOfDepth } from './l-unit/parameters.js'
import { lUnitOrder } from './l-unit/schedule.js'
import { singleSweep } from './l-unit/sequencer.js'
import { randomWeights } from './l-unit/testing/random-weights.js'
import { lUnitTile } from './l-unit/tile.js'
import { parseRomPolicy, romModule } from './rom/index.js'
import { randomContents } from './testing/random-contents.js'
import { randomModel } from './vector-unit/testing/random-model.js'
import { testParameters } from './vector-unit/testing/test-parameters.js'
import { vectorRow } from './vector-unit/vector-row.js'

function tile(
  given: Parameters<typeof lUnitParameters>[0],
  rows: number,
  columns: number,
  units: number,
) {
  const parameters = lUnitParameters(given)
  const { bits, group, offsets } = parameters
  const shape = { rows, columns, bits, group, offsets }
  return lUnitTile(parameters, randomWeights(new Random(3), shape), units)
}

function testVectorUnit(given: Parameters<typeof testParameters>[0]) {
  const small = { heads: 2, width: 16, hidden: 10, vocabulary: 9 } as const
  const parameters = testParameters({ ...small, ...given })
  const random = new Random(2)
  return vectorRow(parameters, randomModel(parameters, random).contents)
}

/** 2 x 2 matrix units without weights. */
function placeholderMesh() {
  const parameters = lUnitParameters({ lanes: 8, group: 32 })
  const order = lUnitOrder(parameters, 3, 50)
  const set = singleSweep(order)
  const roms = {
    codes: RomContents.placeholder(32, set.codeDepth),
    scales: RomContents.placeholder(20, set.scaleDepth),
  }
  const column = Array.from({ length: 4 }, () => roms)
  return lArray(parameters, set, { rows: 2, columns: 2, registers: 1 }, [column, column])
}

const modules = [
  ...['table', 'brom:3', 'brom:4', 'sum-of-ones', 'readmemh', 'macro'].map((name) =>
    romModule(randomContents(new Random(1), 21, 11), parseRomPolicy(name), {
      registered: name.length % 2 === 0,
    }),
  ),
  floatAdder(binary32, floatAddStages),
  floatReciprocalUnit(piecewiseQuadraticStages),
  fixedExp2Unit(12, ['coefficients', 'slope']),
  tile({ lanes: 8 }, 9, 100, 2),
  tile({ lanes: 32, bits: 2, fused: false, rom: { kind: 'readmemh' } }, 6, 64, 3),
  tile({ lanes: 16, bits: 8, group: 32, pipeline: pipelineOfDepth(10) }, 5, 33, 1),
  tile({ lanes: 64, pipeline: [], rom: { kind: 'sum-of-ones' } }, 1, 20, 1),
  tile({ lanes: 8, group: 32, offsets: true }, 9, 70, 2),
  hUnit(
    hUnitParameters({
      vectorLanes: 2,
      heads: 6,
      kvHeads: 3,
      headSize: 4,
      layers: 2,
      positions: 5,
    }),
  ),
  lUnitBench(2, 8),
  floatMultiplier(binary32, floatMultiplyStages),
  testVectorUnit({ vectorLanes: 4, results: 2, activationLanes: 16 }),
  testVectorUnit({ vectorLanes: 2, results: 4, activationLanes: 1 }),
  testVectorUnit({ columns: 2, width: 64, headSize: 32, hidden: 40 }),
  placeholderMesh(),
  adapterLoader({
    header: [1, 2, 3, 4, 5, 21],
    regions: [
      { name: 'codes', units: 2, depth: 3, words: 3 },
      { name: 'scales', units: 1, depth: 3, words: 1 },
    ],
  }),
  adapterLoader({
    header: [0, 0, 0, 0, 0, 1],
    regions: [{ name: 'all', units: 1, depth: 1, words: 1 }],
  }),
]

const tools = [
  ['verilator', verilatorLint],
  ['iverilog', icarusLint],
  ['yosys', nativeYosysLint],
] as const

/** Everything that the generators make is silent in every tool, as emitted. */
describe.each(modules.map((module) => [module.name, module] as const))('%s', (_, module) => {
  const design = emitDesign(elaborate(module))

  for (const [tool, lint] of tools) {
    const suite = nativeSuite(`is silent in ${tool}`, [tool])
    test.skipIf(suite.skip)(suite.title, () => expect(lint(design)).toBe(''))
  }

  test('is silent in WebAssembly Yosys', async () => {
    expect(await wasmYosysLint(design)).toBe('')
  })
})
