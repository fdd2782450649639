import {
  isProjection,
  type Projection,
  roleName,
  type TensorRole,
  tensorRole,
} from '../../checkpoint/index.js'
import { codeWidth, largestCode } from '../../common/code-bits.js'
import { InputError } from '../../common/input-error.js'
import { printable } from '../../common/printable.js'
import { similarNames } from '../../common/similar-names.js'
import type { ChipShape } from '../../compiler/chip-shape.js'
import { codeInRom, codeOfRom } from '../../compiler/code-digits.js'
import { allSweeps, type Placement } from '../../compiler/placement.js'
import { codeAtRomBit } from '../../compiler/rom-address.js'
import { type ChipModel, projectionMatrix, type QuantizedMatrix } from '../../quantize/index.js'
import type { DefectList } from './read-defects.js'

export type ProjectionRole = TensorRole & { readonly kind: Projection; readonly layer: number }

/** A model as defective ROMs hold it. */
export interface DefectiveModel {
  readonly model: ChipModel
  /** The projections with a wrong weight, in the model's order. */
  readonly touched: readonly ProjectionRole[]
  /** Bits of ROMs that hold no weight: without effect. */
  readonly fillers: number
}

/** Where weights lie in ROM; asked for only when there are defects by their place in ROM. */
export type PlacementSource = () => {
  readonly shape: ChipShape
  readonly placement: Placement<QuantizedMatrix>
}

/**
 * Puts defects into a model.
 *
 * @throws InputError naming list, number and field of an entry that is out of range or in no projection
 */
export function defectiveModel(
  model: ChipModel,
  defects: DefectList,
  file: string,
  placement: PlacementSource,
): DefectiveModel {
  const damaged = new DamagedModel(model)
  for (const [index, entry] of defects.weights.entries()) {
    const at = new EntryLocation(file, 'weights', index)
    const matrix = damaged.matrixNamed(entry.tensor, at)
    at.check('row', entry.row, matrix.rows)
    at.check('column', entry.column, matrix.columns)
    at.check('code', entry.code, largestCode(matrix.bits) + 1)
    damaged.setCode({ ...entry, matrix }, entry.code)
  }
  for (const [index, entry] of defects.bits.entries()) {
    const at = new EntryLocation(file, 'bits', index)
    const matrix = damaged.matrixNamed(entry.tensor, at)
    at.check('row', entry.row, matrix.rows)
    at.check('column', entry.column, matrix.columns)
    at.check('bit', entry.bit, codeWidth(matrix.bits))
    damaged.setBit({ ...entry, matrix }, entry.value)
  }
  const fillers = defects.romBits.length === 0 ? 0 : putRomBits(damaged, defects, file, placement)
  return { ...damaged.finished(), fillers }
}

function putRomBits(
  damaged: DamagedModel,
  { romBits }: DefectList,
  file: string,
  placementOf: PlacementSource,
): number {
  const { shape, placement } = placementOf()
  const sweeps = allSweeps(placement)
  let fillers = 0
  for (const [index, entry] of romBits.entries()) {
    const at = new EntryLocation(file, 'romBits', index)
    at.check('meshColumn', entry.meshColumn, shape.columns)
    at.check('lUnit', entry.lUnit, shape.lUnits)
    at.check('address', entry.address, placement.codeDepth)
    at.check('bit', entry.bit, shape.lanes * codeWidth(shape.bits))
    const code = codeAtRomBit(shape, sweeps, entry)
    if (code === undefined) {
      fillers++
      continue
    }
    if (!damaged.hasProjection(code.matrix)) at.refuse('address', 'output')
    damaged.setBit(code, entry.value)
  }
  return fillers
}

/** An entry of a file of defects. */
class EntryLocation {
  constructor(
    private readonly file: string,
    private readonly list: string,
    private readonly index: number,
  ) {}

  fail(field: string, problem: string, hint?: string): never {
    const location = { file: this.file, field: `${this.list}: ${this.index}: ${field}` }
    throw new InputError(problem, location, hint)
  }

  check(field: string, value: number, end: number): void {
    if (value >= end) this.fail(field, `is ${value}, but there are 0 to ${end - 1}`)
  }

  refuse(field: string, tensor: string): never {
    return this.fail(
      field,
      `${tensor} has no adapter`,
      'only the seven projections of a layer can be repaired',
    )
  }
}

interface WeightPlace {
  readonly matrix: QuantizedMatrix
  readonly row: number
  readonly column: number
}

/** A model whose codes change. */
class DamagedModel {
  readonly #roles = new Map<QuantizedMatrix, ProjectionRole>()
  /** Codes as they stand in ROM. */
  readonly #codes = new Map<QuantizedMatrix, Uint8Array>()

  constructor(private readonly model: ChipModel) {
    for (const [layer, matrices] of model.layers.entries()) {
      for (const [kind, name] of Object.entries(projectionMatrix)) {
        this.#roles.set(matrices[name], { kind: kind as Projection, layer })
      }
    }
  }

  hasProjection(matrix: QuantizedMatrix): boolean {
    return this.#roles.has(matrix)
  }

  matrixNamed(tensor: string, at: EntryLocation): QuantizedMatrix {
    const role = tensorRole(tensor)
    if (role !== undefined && !isProjection(role.kind)) at.refuse('tensor', roleName(role))
    const name = role === undefined ? tensor : roleName(role)
    const found = [...this.#roles].find(([, other]) => roleName(other) === name)
    if (found !== undefined) return found[0]
    const near = similarNames(tensor, [...this.#roles.values()].map(roleName))
    return at.fail(
      'tensor',
      `${printable(tensor)} is no tensor of the model`,
      near.length === 0 ? undefined : `nearest: ${near.join(', ')}`,
    )
  }

  setCode(place: WeightPlace, code: number): void {
    this.#change(place, () => codeInRom(code, place.matrix.bits))
  }

  setBit(place: WeightPlace & { readonly bit: number }, value: 0 | 1): void {
    const { bit } = place
    this.#change(place, (code) => (code & ~(1 << bit)) | (value << bit))
  }

  #change({ matrix, row, column }: WeightPlace, changed: (code: number) => number): void {
    const codes =
      this.#codes.get(matrix) ?? matrix.codes.map((code) => codeInRom(code, matrix.bits))
    this.#codes.set(matrix, codes)
    const index = row * matrix.columns + column
    codes[index] = changed(codes[index]!)
  }

  #codesOf(matrix: QuantizedMatrix): Uint8Array {
    return this.#codes.get(matrix)?.map((code) => codeOfRom(code, matrix.bits)) ?? matrix.codes
  }

  finished(): Pick<DefectiveModel, 'model' | 'touched'> {
    const touched = [...this.#roles]
      .filter(([matrix]) =>
        this.#codesOf(matrix).some((code, index) => code !== matrix.codes[index]),
      )
      .map(([, role]) => role)
    const layers = this.model.layers.map((layer) => {
      const damaged = Object.values(projectionMatrix).map((name) => {
        const matrix = layer[name]
        return [name, { ...matrix, codes: this.#codesOf(matrix) }] as const
      })
      return { ...layer, ...Object.fromEntries(damaged) }
    })
    return { model: { ...this.model, layers }, touched }
  }
}
