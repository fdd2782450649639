import type { ModuleBuilder, UInt } from '../../src/hdl/index.js'
import { bool, type InstancePorts } from '../../src/hdl/index.js'
import { DelayLine } from '../common/delay-line.js'
import { fitted } from '../common/fitted.js'
import type { lArray } from '../l-array/l-array.js'
import { type ChainPart, linkSignatures } from '../self-test/ports.js'
import { selfTestControl, type TestedDepths } from '../self-test/self-test-control.js'
import type { vectorRow } from '../vector-unit/index.js'
import type { axiLiteRegisters } from './axi-lite-registers.js'
import type { ChipParts } from './chip.js'
import { selfTestTiming } from './chip-timing.js'
import type { controller } from './controller.js'

/** Words of the ROMs of a chip that a self-test reads. */
export function testedDepths({ roms, vectorContents, controller }: ChipParts): TestedDepths {
  const { codes, scales } = roms[0]![0]!
  const vectors = vectorContents[0]!
  return {
    program: controller.program.length,
    code: codes.depth,
    scale: scales.depth,
    embeddingCode: vectors.embeddingCodes.depth,
    embeddingScale: vectors.embeddingScales.depth,
    norm: vectors.normWeights.depth,
    rotation: vectors.rotations.depth,
  }
}

/** Banks of a chip: its program, four ROMs of every vector unit, two of every L-Unit. */
export function testedBanks({ roms, vectorContents }: ChipParts): number {
  return 1 + 4 * vectorContents.length + 2 * roms.flat().length
}

/** The control of a self-test, and the chain of signatures: controller, vector units, L-Units. */
export function connectSelfTest(
  m: ModuleBuilder,
  parts: ChipParts,
  {
    registers,
    program,
    vector,
    sweep,
  }: {
    readonly registers: InstancePorts<ReturnType<typeof axiLiteRegisters>['ports']>
    readonly program: InstancePorts<ReturnType<typeof controller>['ports']>
    readonly vector: InstancePorts<ReturnType<typeof vectorRow>['ports']>
    readonly sweep: InstancePorts<ReturnType<typeof lArray>['ports']>
  },
): void {
  const { lUnit, mesh, vectorUnit } = parts
  const timing = selfTestTiming(lUnit, mesh, vectorUnit)
  const test = m.instance(
    'u_self_test',
    selfTestControl({ depths: testedDepths(parts), ...timing }),
    {
      start_i: registers.self_test_start_o,
      next_i: registers.self_test_next_o,
      idle_i: program.busy_o.not(),
    },
  )
  registers.self_test_running_i.assign(test.running_o)
  registers.self_test_done_i.assign(test.done_o)
  registers.self_test_shifting_i.assign(test.shifting_o)
  registers.self_test_signature_i.assign(test.signature_o)

  const connect = (input: UInt, value: UInt) =>
    (input as UInt & { assign(value: UInt): void }).assign(fitted(value, input.width))
  connect(program.self_test_address_i, test.address_o)
  connect(vector.self_test_address_i, test.address_o)
  connect(sweep.self_test_address_i, test.address_o)
  program.hold_i.assign(test.running_o)
  program.self_test_program_i.assign(test.program_o)
  vector.self_test_code_i.assign(test.embedding_code_o)
  vector.self_test_scale_i.assign(test.embedding_scale_o)
  vector.self_test_norm_i.assign(test.norm_o)
  vector.self_test_rotation_i.assign(test.rotation_o)
  sweep.self_test_code_i.assign(test.code_o)
  sweep.self_test_scale_i.assign(test.scale_o)

  // The matrix units shift `registers` edges late, and what they shift out takes as many more.
  const shift = new DelayLine(m, 'self_test_shift', test.shift_o, { reset: false })
  const ends: ChainPart[] = [program, vector, sweep]
  for (const [part, late] of [
    [program, timing.chain],
    [vector, timing.chain],
    [sweep, 0],
  ] as const) {
    part.self_test_clear_i.assign(test.clear_o)
    part.self_test_shift_i.assign(shift.after(late))
  }
  test.chain_i.assign(linkSignatures(ends, bool.literal(false)))
}
