import type { ChipParts } from '../../../../generators/chip/chip.js'
import { type SelfTest, type SelfTestBank, selfTestCycles } from '../../../compiler/self-test.js'
import { romSignature } from '../../../golden/index.js'
import { RomContents } from '../../../hdl/index.js'
import type { ChipPlan } from '../plan-chip.js'

/**
 * What the self-test of a chip must give: the program; of each vector unit codes and scales of the embedding, norm weights,
 * rotations; of each L-Unit codes and scales, column after column of the mesh, the first row first. Undefined for chips
 * without one.
 */
export function expectedSelfTest(
  { timing }: Pick<ChipPlan, 'timing'>,
  { roms, vectorContents, controller, mesh }: ChipParts,
): SelfTest | undefined {
  if (timing.selfTest === undefined) return undefined
  const { layout, program } = controller
  const banks = [bankOf('u_controller.program_rom', RomContents.fromWords(layout.width, program))]
  for (const [unit, contents] of vectorContents.entries()) {
    const path = `u_vector_row.u_vector_unit${unit}`
    banks.push(
      bankOf(`${path}.u_norm.code_rom`, contents.embeddingCodes),
      bankOf(`${path}.u_norm.scale_rom`, contents.embeddingScales),
      bankOf(`${path}.u_norm.norm_rom`, contents.normWeights),
      bankOf(`${path}.u_heads.rotation_rom`, contents.rotations),
    )
  }
  for (const [column, ofColumn] of roms.entries()) {
    const lUnits = ofColumn.length / mesh.rows
    for (const [at, { codes, scales }] of ofColumn.entries()) {
      const row = Math.floor(at / lUnits)
      const path = `u_l_array.u_matrix_unit_r${row}c${column}.u_l_unit${at % lUnits}`
      banks.push(bankOf(`${path}.code_rom`, codes), bankOf(`${path}.scale_rom`, scales))
    }
  }
  const deepest = Math.max(...banks.map(({ depth }) => depth))
  return { cycles: selfTestCycles(timing.selfTest, deepest), banks }
}

function bankOf(name: string, contents: RomContents): SelfTestBank {
  const { depth, width, isPlaceholder } = contents
  return { name, depth, width, ...(!isPlaceholder && { signature: romSignature(contents) }) }
}
