import {
  type Adapter,
  type AdapterLayer,
  type FloatModel,
  mergedModel,
  roleName,
} from '../../checkpoint/index.js'
import { InputError } from '../../common/input-error.js'
import {
  type AdapterFormat,
  type Calibration,
  type ChipModel,
  inputMoments,
  projectionMatrix,
  type Repair,
  repairProjection,
} from '../../quantize/index.js'
import type { Progress } from '../progress.js'
import type { DefectiveModel, ProjectionRole } from './defective-model.js'

/** A model with and without defects. */
export interface DamagedWeights {
  readonly intact: ChipModel
  /** The intact model as binary32. */
  readonly float: FloatModel
  readonly damaged: DefectiveModel
  /** Adapter that is used together with the repair. */
  readonly given?: Adapter
}

export interface ProjectionRepair extends Repair {
  readonly role: ProjectionRole
}

/**
 * Repairs every projection that has a wrong weight, for inputs as the intact model, with the given adapter, has them in a text
 * that it writes itself.
 *
 * @param file of the defects
 * @throws InputError when no weight is wrong, or no rank is free for one that is
 */
export async function repairProjections(
  weights: DamagedWeights,
  format: AdapterFormat,
  calibration: Calibration,
  file: string,
  progress: Progress,
): Promise<ProjectionRepair[]> {
  const { intact, float, damaged, given } = weights
  if (damaged.touched.length === 0) throw withoutEffect(file)
  for (const role of damaged.touched) checkFreeRank(role, given, format)
  const moments = await progress.step('calibrating', (update) =>
    inputMoments(
      given === undefined ? float : mergedModel(float, given),
      calibration,
      (what, done, total) => {
        update(`${done}/${total} ${what}`)
        return new Promise(setImmediate)
      },
    ),
  )
  const repairs: ProjectionRepair[] = []
  await progress.step('repairing', async (update) => {
    for (const role of damaged.touched) {
      update(roleName(role))
      await new Promise(setImmediate)
      const { kind, layer } = role
      const name = projectionMatrix[kind]
      const before = given?.layers[layer]?.[kind]
      const projection = {
        role,
        intact: intact.layers[layer]![name],
        defective: damaged.model.layers[layer]![name],
        moments: moments(layer, kind),
        ...(before && { given: before }),
      }
      const repair = repairProjection(projection, format, file)
      if (repair !== undefined) repairs.push({ role, ...repair })
    }
  })
  if (repairs.length === 0) throw withoutEffect(file)
  return repairs
}

function withoutEffect(file: string): InputError {
  return new InputError('no defect changes a weight', { file })
}

function checkFreeRank(
  { kind, layer }: ProjectionRole,
  given: Adapter | undefined,
  { rank }: AdapterFormat,
): void {
  const used = given?.layers[layer]?.[kind]?.rank
  if (given === undefined || used === undefined || used < rank) return
  throw new InputError(
    `leaves no rank of ${rank} free for the repair`,
    { file: given.path, field: roleName({ kind, layer }) },
    'a chip with a larger rank',
  )
}

/** The given adapter with the repairs in it. */
export function repairedLayers(
  repairs: readonly ProjectionRepair[],
  layers: number,
  given: Adapter | undefined,
): AdapterLayer[] {
  return Array.from({ length: layers }, (_, layer) => {
    const own = repairs.filter(({ role }) => role.layer === layer)
    const updates = own.map(({ role, update }) => [role.kind, update] as const)
    return { ...given?.layers[layer], ...Object.fromEntries(updates) }
  })
}
