import type { LowRankUpdate } from '../../src/checkpoint/index.js'
import type { Random } from '../../src/common/random.js'

/** An update, and a vector that it is multiplied by. */
export interface UpdateCase {
  readonly update: LowRankUpdate
  readonly x: Float32Array
}

export interface UpdateShape {
  readonly inputs: number
  readonly outputs: number
  readonly rank: number
}

/** A kind of adapters and activations. */
export interface UpdateKind {
  readonly name: string
  readonly draw: (random: Random, shape: UpdateShape) => UpdateCase
}

type Draw = (random: Random) => number

/** Sizes of B: those of adapters after usual training, or after little. */
const [usual, little] = [2 ** -7, 2 ** -13]

export const updateKinds: readonly UpdateKind[] = [
  { name: 'Gaussian', draw: (random, shape) => drawCase(random, shape, gaussian, usual) },
  { name: 'heavy-tailed', draw: (random, shape) => drawCase(random, shape, heavyTailed, usual) },
  {
    name: 'uneven ranks',
    draw: (random, shape) => uneven(drawCase(random, shape, gaussian, usual)),
  },
  { name: 'small B', draw: (random, shape) => drawCase(random, shape, gaussian, little) },
]

/** A as PEFT initialises it, with elements of about 1 / sqrt(inputs); sizes vary by up to two. */
function drawCase(
  random: Random,
  { inputs, outputs, rank }: UpdateShape,
  draw: Draw,
  sizeOfB: number,
): UpdateCase {
  const numbers = (count: number, size: number) => {
    const varied = size * 2 ** random.fraction()
    return Float32Array.from({ length: count }, () => varied * draw(random))
  }
  const a = numbers(rank * inputs, 1 / Math.sqrt(inputs))
  const b = numbers(outputs * rank, sizeOfB)
  return { update: { rank, scale: 1, a, b }, x: numbers(inputs, 1) }
}

/** Rows of A and columns of B become smaller, by 16 each from the first to the last, as in a singular value decomposition. */
function uneven({ update, x }: UpdateCase): UpdateCase {
  const { rank, a, b } = update
  const size = (k: number) => 16 ** (-k / (rank - 1))
  const inputs = a.length / rank
  return {
    update: {
      ...update,
      a: a.map((value, i) => value * size(Math.floor(i / inputs))),
      b: b.map((value, i) => value * size(i % rank)),
    },
    x,
  }
}

/** Box and Muller's method. */
function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()))
  return radius * Math.cos(2 * Math.PI * random.fraction())
}

/** Student's t of three degrees of freedom. */
function heavyTailed(random: Random): number {
  const squares = gaussian(random) ** 2 + gaussian(random) ** 2 + gaussian(random) ** 2
  return gaussian(random) / Math.sqrt(squares / 3)
}
