import { expect, test } from 'vitest'
import type { Phase } from '../compiler/token-report.js'
import { phaseTable } from './phase-table.js'

function phase(name: string, waits: number, waitsFor: string): Phase {
  return {
    name,
    start: 0,
    cycles: 40,
    waits,
    waitsFor: [{ what: waitsFor, cycles: waits }],
    romCycles: 30,
    romPortBusy: 0.75,
  }
}

test('layers that are alike share a row', () => {
  const phases = [
    phase('layers.0.wo', 7, 'layers.0.attention'),
    phase('layers.1.wo', 8, 'layers.1.attention'),
    phase('layers.2.wo', 8, 'layers.2.attention'),
    phase('layers.4.wo', 8, 'layers.4.attention'),
    phase('head', 9, 'align unit'),
  ]
  const cells = phaseTable({
    position: 0,
    cycles: 200,
    romPortBusy: 0.75,
    idleCyclesPerLayer: 10,
    phases,
  })
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .map((cell) => cell.trim())
        .slice(1, -1),
    )
  expect(cells).toEqual([
    ['phase', 'cycles', 'ROM ports busy', 'waits', 'for'],
    ['wo, layer 0', '40', '75.0 %', '7', 'attention 7'],
    ['wo, layers 1-2, 4', '40', '75.0 %', '8', 'attention 8'],
    ['head', '40', '75.0 %', '9', 'align unit 9'],
  ])
})
