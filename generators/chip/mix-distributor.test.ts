import { expect, test } from 'vitest'
import { openModule } from '../testing/open-embedded.js'
import { dealtBeats, type MixParameters, mixDistributor } from './mix-distributor.js'

const gapCycles = 7

/** The number that column `column` is to have as its `i`-th. */
function dealtNumber({ group, columns, width }: MixParameters, column: number, i: number): number {
  const element = (Math.floor(i / group) * columns + column) * group + (i % group)
  return element < width ? element + 1 : 0
}

test.each([
  { columns: 2, vectorLanes: 8, group: 32, width: 128 },
  { columns: 3, vectorLanes: 16, group: 32, width: 304 },
  { columns: 3, vectorLanes: 32, group: 32, width: 224 },
  { columns: 2, vectorLanes: 4, group: 32, width: 76 },
  { columns: 5, vectorLanes: 4, group: 32, width: 76 },
  { columns: 4, vectorLanes: 2, group: 64, width: 6 },
] satisfies MixParameters[])('group g goes to column g mod C, zeros fill up: %j', (parameters) => {
  const { columns, vectorLanes, width } = parameters
  const distributor = openModule(mixDistributor(parameters))
  const edges = dealtBeats(parameters)
  for (let vector = 0; vector < 3; vector++) {
    for (let cycle = 0; cycle < edges.at(-1)! + gapCycles; cycle++) {
      const isMixed = cycle * vectorLanes < width
      distributor.poke('valid_i', isMixed)
      distributor.poke(
        'data_i',
        Array.from({ length: vectorLanes }, (_, lane) =>
          isMixed ? cycle * vectorLanes + lane + 1 : 0xdead,
        ),
      )
      const beat = edges.indexOf(cycle)
      expect(distributor.peek('valid_o')).toBe(beat >= 0)
      expect(distributor.peek('last_o')).toBe(beat === edges.length - 1)
      if (beat >= 0) {
        expect(distributor.peek('data_o')).toEqual(
          Array.from({ length: columns * vectorLanes }, (_, i) =>
            dealtNumber(
              parameters,
              Math.floor(i / vectorLanes),
              beat * vectorLanes + (i % vectorLanes),
            ),
          ),
        )
      }
      distributor.step()
    }
  }
})

test('a column waits for its own group and the ones before it, no longer', () => {
  const parameters = { columns: 3, vectorLanes: 16, group: 32 } as const
  expect(dealtBeats({ ...parameters, width: 224 })).toEqual([4, 5, 10, 11, 16, 17])
  expect(dealtBeats({ ...parameters, width: 208 })).toEqual([4, 5, 10, 11, 16])
  expect(dealtBeats({ ...parameters, width: 64 })).toEqual([2, 3])
  expect(dealtBeats({ ...parameters, width: 16 })).toEqual([0])
})
