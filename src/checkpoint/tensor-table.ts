import { InputError, type InputLocation } from '../common/input-error.js'
import { printable } from '../common/printable.js'
import { similarNames } from '../common/similar-names.js'
import { type TensorInfo, tensorLocation } from './checkpoint.js'
import { expectedShape, type ModelConfig } from './model-config.js'
import type { StoredType } from './stored-types.js'
import { canonicalName, tensorRole } from './tensor-names.js'

/**
 * Bytes that a tensor of this type and shape occupies.
 * @throws InputError when the shape overflows, or when blocks of the type would cross its rows.
 */
export function tensorByteLength(
  type: StoredType,
  shape: readonly number[],
  location: InputLocation,
): number {
  const values = shape.reduce((product, size) => product * size, 1)
  const byteLength = (values / type.blockValues) * type.blockBytes
  if (!(byteLength <= Number.MAX_SAFE_INTEGER)) {
    throw new InputError(`shape [${shape.join(', ')}] is too large`, location)
  }
  if ((shape.at(-1) ?? 1) % type.blockValues !== 0) {
    throw new InputError(
      `rows of ${shape.at(-1) ?? 1} values are no multiple of ${type.name}'s blocks of ${type.blockValues}`,
      location,
    )
  }
  return byteLength
}

/** The tensors of a checkpoint, found by their names in any convention. */
export class TensorTable {
  private readonly byName = new Map<string, TensorInfo>()

  /**
   * @param path the file to name in messages about tensors that are not there.
   * @throws InputError for two tensors of one name, for tensors that share bytes, and for a shape that contradicts `config`.
   */
  constructor(
    private readonly path: string,
    readonly tensors: readonly TensorInfo[],
    private readonly config: ModelConfig | undefined,
  ) {
    for (const tensor of tensors) {
      const other = this.byName.get(tensor.name)
      if (other !== undefined) {
        throw new InputError(
          other.storedName === tensor.storedName
            ? 'the name is used twice'
            : `is the same tensor as ${printable(other.storedName)}`,
          tensorLocation(tensor),
        )
      }
      this.byName.set(tensor.name, tensor)
    }
    checkOverlaps(tensors)
    if (config !== undefined) checkShapes(tensors, config)
  }

  /** See `Checkpoint.tensor`. */
  find(name: string): TensorInfo {
    const canonical = canonicalName(name) ?? name
    const found = this.byName.get(canonical)
    if (found !== undefined) return found
    const embedding = this.byName.get('tok_embeddings')
    if (canonical === 'output' && this.config?.tiedHead === true && embedding !== undefined) {
      return embedding
    }
    throw new InputError(
      'no such tensor',
      { file: this.path, field: printable(name) },
      this.hint(name),
    )
  }

  private hint(name: string): string {
    const near = similarNames(name, this.names())
    if (near.length > 0) return `nearest: ${near.map(printable).join(', ')}`
    const examples = this.tensors.slice(0, 3).map((tensor) => printable(tensor.name))
    return examples.length === 0
      ? 'the file has no tensors'
      : `the file has ${this.tensors.length} tensors, such as ${examples.join(', ')}`
  }

  private *names(): Generator<string> {
    for (const { name, storedName } of this.tensors) {
      yield name
      if (storedName !== name) yield storedName
    }
  }
}

function checkOverlaps(tensors: readonly TensorInfo[]): void {
  const ordered = tensors.filter((tensor) => tensor.byteLength > 0)
  ordered.sort((a, b) => compare(a.file, b.file) || a.byteOffset - b.byteOffset)
  for (const [index, tensor] of ordered.entries()) {
    const before = ordered[index - 1]
    if (before?.file === tensor.file && before.byteOffset + before.byteLength > tensor.byteOffset) {
      throw new InputError(
        `overlaps ${printable(before.storedName)}`,
        tensorLocation(tensor, tensor.byteOffset),
      )
    }
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function checkShapes(tensors: readonly TensorInfo[], config: ModelConfig): void {
  for (const tensor of tensors) {
    const role = tensorRole(tensor.name)
    if (role === undefined) continue
    const { shape } = tensor
    const location = tensorLocation(tensor)
    if (role.layer !== undefined && role.layer >= config.layers) {
      throw new InputError(`the model has only ${config.layers} layers`, location)
    }
    const expected = expectedShape(config, role)
    if (shape.length !== expected.length || shape.some((size, axis) => size !== expected[axis])) {
      throw new InputError(
        `shape is [${shape.join(', ')}], but the model's sizes make it [${expected.join(', ')}]`,
        location,
      )
    }
  }
}
