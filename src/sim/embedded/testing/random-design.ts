import type { FlatDesign, NetId } from '../../../hdl/ir/flat.js'
import { Choices } from './choices.js'
import { DesignBuilder } from './design-builder.js'
import { RandomLogic } from './random-logic.js'

const widths = [
  1, 2, 3, 4, 7, 8, 9, 13, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 200,
]
const machineWordWidths = [1, 2, 4, 8, 12, 16, 17, 20, 32]
const mostOperations = 120
const mostLaneOperations = 25

/** The ports that every random design has. */
function addPorts(builder: DesignBuilder) {
  const clocks = [builder.clock('clk_a_i'), builder.clock('clk_b_i')] as const
  const resets = [builder.input('rst_ni', 1, 'reset'), builder.input('rst_i', 1, 'reset')] as const
  return { clocks, resets }
}

/**
 * A random flat design with every operator, registers, memories, ROMs, resets, checks and two clocks.
 * @param narrow widths up to 32 only, so that more nets meet nets of their own width
 */
export function randomDesign(choices: Choices, narrow: boolean): FlatDesign {
  const builder = new DesignBuilder('random')
  const { clocks, resets } = addPorts(builder)
  const usedWidths = narrow ? machineWordWidths : widths
  const sources = [0, 1, 2].map((index) => builder.input(`in${index}_i`, choices.pick(usedWidths)))
  const logic = new RandomLogic(builder, choices, {
    widths: usedWidths,
    clocks,
    resets,
    sources,
    salt: 0,
  })
  logic.build(mostOperations)
  const reset = choices.below(2) === 0 ? {} : { reset: { net: resets[0], activeLow: true } }
  const condition = logic.ofWidth(1)
  builder.check({ kind: 'cover', path: 'c', condition, clock: clocks[0], ...reset })
  builder.check({ kind: 'assert', path: 'a', condition: logic.ofWidth(1), clock: clocks[1] })
  outputUnused(builder, logic.nets, 'out')
  return builder.build()
}

/**
 * Instances of one random module that differ in the contents of their ROMs, read common and own inputs
 * and, sometimes, the instance before them.
 */
export function randomLanes(choices: Choices): FlatDesign {
  const builder = new DesignBuilder('lanes')
  const { clocks, resets } = addPorts(builder)
  const lanes = choices.pick([4, 5, 8, 9, 16, 40])
  const shared = [0, 1].map((index) =>
    builder.input(`in${index}_i`, choices.pick(machineWordWidths)),
  )
  const ownWidth = choices.pick([1, 4, 8, 12, 16, 24, 40])
  const own = builder.input('own_i', ownWidth * lanes)
  const chained = choices.below(4) === 0
  const tied = choices.below(4) === 0 ? choices.below(lanes) : -1
  const body = choices.rest()
  let before = builder.constant(8, 1)
  for (let lane = 0; lane < lanes; lane++) {
    const laneInput =
      lane === tied ? builder.constant(ownWidth, 1) : builder.slice(own, lane * ownWidth, ownWidth)
    const sources = [...shared, laneInput, builder.constant(6, lane), ...(chained ? [before] : [])]
    builder.instance(1, `u_lane${lane}`, () => {
      const logic = new RandomLogic(builder, new Choices(body), {
        widths: machineWordWidths,
        clocks,
        resets,
        sources,
        salt: lane,
      })
      logic.build(mostLaneOperations)
      before = logic.ofWidth(8)
      outputUnused(builder, logic.nets, `lane${lane}_out`)
    })
  }
  return builder.build()
}

function outputUnused(builder: DesignBuilder, nets: readonly NetId[], prefix: string): void {
  const used = builder.usedNets()
  nets.forEach((net, index) => {
    if (!used.has(net)) builder.output(`${prefix}${index}_o`, net)
  })
}
