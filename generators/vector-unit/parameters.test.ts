import { expect, test } from 'vitest'
import { InputError } from '../../src/common/input-error.js'
import { Random } from '../../src/common/random.js'
import { vectorRowContents } from './contents.js'
import { checkVectorUnitParameters, type VectorUnitParameters } from './parameters.js'
import { randomModel } from './testing/random-model.js'
import { testParameters } from './testing/test-parameters.js'

test.each([
  [{ headsInFirst: true }, 'headsInFirst'],
  [{ vectorLanes: 3 }, 'vectorLanes'],
  [{ vectorLanes: 16 }, 'vectorLanes'],
  [{ results: 0 }, 'results'],
  [{ resultBeats: 24 }, 'resultBeats'],
  [{ results: 64, resultBeats: 16 }, 'resultBeats'],
  [{ width: 40 }, 'width'],
  [{ activationLanes: 12 }, 'activationLanes'],
  [{ mantissaBits: 17 }, 'mantissaBits'],
] satisfies [Partial<VectorUnitParameters>, string][])('%j is refused: %s', (given, field) => {
  let thrown: unknown
  try {
    checkVectorUnitParameters(testParameters(given))
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(InputError)
  expect(String((thrown as InputError).message)).toContain(field)
})

test('what fills up an embedding is zero', () => {
  const parameters = testParameters({ columns: 2 })
  const { embedding, contents } = randomModel(parameters, new Random(2))
  const { vectorLanes, width, group, vocabulary } = parameters
  const own = (width - group) / vectorLanes
  const beatsOfToken = group / vectorLanes
  const { embeddingCodes, embeddingScales } = contents[1]!
  for (let token = 0; token < vocabulary; token++) {
    const zeroPoint = embedding.zeroPoints[2 * token + 1]!
    expect(Number(embeddingScales.word(token) >> 16n)).toBe(zeroPoint)
    for (let beat = own; beat < beatsOfToken; beat++) {
      const word = embeddingCodes.word(token * beatsOfToken + beat)
      const codes = Array.from(
        { length: vectorLanes },
        (_, lane) => (word >> BigInt(8 * lane)) & 255n,
      )
      expect(codes).toEqual(codes.map(() => BigInt(zeroPoint)))
    }
  }
})

test('weights of another size are refused', () => {
  const parameters = testParameters()
  const { embedding, norms } = randomModel(parameters, new Random(1))
  const short = { ...embedding, zeroPoints: embedding.zeroPoints.subarray(1) }
  expect(() => vectorRowContents(parameters, short, norms)).toThrow(InputError)
  expect(() => vectorRowContents(parameters, embedding, norms.slice(1))).toThrow(InputError)
})
