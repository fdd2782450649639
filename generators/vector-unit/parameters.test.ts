import { expect, test } from 'vitest'
import { InputError } from '../../src/common/input-error.js'
import { Random } from '../../src/common/random.js'
import { vectorRowContents } from './contents.js'
import { checkVectorUnitParameters, type VectorUnitParameters } from './parameters.js'
import { randomModel } from './testing/random-model.js'
import { testParameters } from './testing/test-parameters.js'

test.each([
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

test('weights of another size are refused', () => {
  const parameters = testParameters()
  const { embedding, norms } = randomModel(parameters, new Random(1))
  const short = { ...embedding, zeroPoints: embedding.zeroPoints.subarray(1) }
  expect(() => vectorRowContents(parameters, short, norms)).toThrow(InputError)
  expect(() => vectorRowContents(parameters, embedding, norms.slice(1))).toThrow(InputError)
})
