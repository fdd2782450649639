import { expect, test } from 'vitest'
import type { ModelConfig } from '../../checkpoint/index.js'
import type { Activity } from '../../compiler/activity.js'
import { type ChipConfigInput, parseChipConfig } from '../../compiler/chip-config.js'
import { tokenCycles } from '../../compiler/schedule.js'
import { activitiesAt } from '../../compiler/timeline.js'
import { tokenReport } from '../../compiler/token-report.js'
import { elaborate } from '../../hdl/index.js'
import { openChip } from '../../host/index.js'
import { ProbedEngine, type Recording } from '../../sim/index.js'
import { type BuiltChip, buildChip } from './build-chip.js'
import { smallConfig, smallModel } from './testing/small-model.js'

const unit = 'u_vector_row.u_vector_unit0'
const probes = {
  sweepStart: 'u_controller.sweep_start_o',
  vectorStart: 'u_controller.vector_start_o',
  attendStart: 'u_controller.attend_start_o',
  romRuns: 'u_l_array.running_o',
  result: 'u_l_array.result_valid_o',
  issue: 'u_vector_row.u_issuer.issue_o',
  key: 'u_h_unit0.key_valid_i',
  query: 'u_h_unit0.query_valid_i',
  value: 'u_h_unit0.value_valid_i',
  keyWritten: 'u_h_unit0.u_encoder.key_valid_o',
  queryWritten: 'u_h_unit0.u_aligner.valid_o',
  valueWritten: 'u_h_unit0.u_encoder.value_valid_o',
  visit: 'u_h_unit0.visit',
  mix: 'u_h_unit0.mix_valid_o',
  toAlign: `${unit}.u_align.valid_i`,
  aligned: `${unit}.u_align.u_activation_memory.group_valid_i`,
} as const
type Probe = keyof typeof probes

/** A signal's cycles in those of the program: a unit's start comes an edge after its instruction. */
function cyclesOf(recording: Recording, probe: Probe): number[] {
  const start = firstCycle(recording)
  return Array.from({ length: recording.cycles }, (_, cycle) => cycle)
    .filter((cycle) => recording.at(probes[probe], cycle) === 1n)
    .map((cycle) => cycle - start)
}

function firstCycle(recording: Recording): number {
  for (let cycle = 0; cycle < recording.cycles; cycle++) {
    if (recording.at(probes.vectorStart, cycle) === 1n) return cycle
  }
  throw new Error('the token does not start')
}

/** The signals in the cycles of the tokens at some positions. */
function recordTokens(
  { definition }: BuiltChip,
  positions: readonly number[],
): Map<number, Recording> {
  const engine = new ProbedEngine(elaborate(definition).flat, Object.values(probes))
  const last = positions.at(-1)!
  const tokens = openChip(engine).generate([3])
  const recordings = new Map<number, Recording>()
  for (let position = 0; position <= last; position++) {
    if (positions.includes(position)) engine.startRecording()
    tokens.next()
    if (positions.includes(position)) recordings.set(position, engine.takeRecording())
  }
  engine.close()
  return recordings
}

const chips: [string, ChipConfigInput, Partial<ModelConfig>, number[]][] = [
  ['four L-Units', { lUnits: 4 }, {}, [0, 3]],
  ['fewer L-Units than vector lanes', { lUnits: 1, vectorLanes: 4 }, {}, [1]],
  [
    'three columns with an H-Unit each',
    { lUnits: 3, mesh: { rows: 2, columns: 3 } },
    { dim: 96, heads: 3, kvHeads: 3, hiddenDim: 75, layers: 1 },
    [1],
  ],
  [
    'two columns that take turns in the ticks of five L-Units',
    { lUnits: 5, mesh: { columns: 2 } },
    { dim: 64, heads: 4, kvHeads: 2, hiddenDim: 45, layers: 1 },
    [2],
  ],
  [
    'three columns whose heads pass one H-Unit',
    { lUnits: 3, mesh: { columns: 3 } },
    { dim: 112, heads: 7, kvHeads: 1, hiddenDim: 70, layers: 1 },
    [2],
  ],
]

test.each(chips)(
  'the RTL does what the schedule says of every unit: %s',
  (_, settings, shape, positions) => {
    const config = parseChipConfig({ rom: 'table', lanes: 8, group: 32, ...settings })
    const chip = buildChip(config, smallModel(config, { ...smallConfig, ...shape }))
    for (const [position, recording] of recordTokens(chip, positions)) {
      expectActivities(chip, position, recording)
    }
  },
)

function expectActivities({ schedule }: BuiltChip, position: number, recording: Recording): void {
  const activities = activitiesAt(schedule, position)
  const seen = (probe: Probe) => cyclesOf(recording, probe)
  const of = (name: Activity['unit']) => activities.filter((activity) => activity.unit === name)
  const starts = (name: Activity['unit']) => of(name).map(({ start }) => start)

  expect(seen('sweepStart')).toEqual(starts('sweep'))
  expect(seen('vectorStart')).toEqual(starts('vector'))
  expect(seen('attendStart')).toEqual(starts('attention'))
  const cyclesIn = (name: Activity['unit'], early: number) =>
    of(name).flatMap(({ start, end }) =>
      Array.from({ length: end - start }, (_, i) => start + i + early),
    )
  expect(seen('romRuns')).toEqual(cyclesIn('sweep', 1))

  /** The signal is 1 first at the start and last before the end of every activity, and in none else. */
  const expectWithin = (
    probe: Probe,
    among: readonly Activity[],
    what: 'both' | 'end' | 'start',
  ) => {
    const cycles = seen(probe)
    const inside = among.map(({ start, end }) =>
      cycles.filter((cycle) => cycle >= start && cycle < end),
    )
    expect(inside.flat(), probe).toEqual(cycles)
    if (what !== 'end')
      expect(
        inside.map((own) => own[0]),
        probe,
      ).toEqual(among.map(({ start }) => start))
    if (what !== 'start') {
      expect(
        inside.map((own) => own.at(-1)! + 1),
        probe,
      ).toEqual(among.map(({ end }) => end))
    }
  }
  expectWithin('result', of('results'), 'start')
  expectWithin('issue', of('vector'), 'end')
  const cached = (operation: string) =>
    of('cache').filter(({ name }) => name.includes(`.${operation} `))
  for (const operation of ['key', 'query', 'value'] as const) {
    expectWithin(operation, cached(operation), 'start')
    expectWithin(`${operation}Written`, cached(operation), 'end')
  }
  expectWithin('visit', of('scores'), 'start')
  expectWithin('mix', of('mix'), 'end')
  expectWithin('mix', of('attention'), 'end')
  expectWithin('toAlign', of('align'), 'start')
  expectWithin('aligned', of('align'), 'end')

  const { cycles, phases } = tokenReport(schedule, position)
  expect(cycles).toBe(tokenCycles(schedule, position))
  expect(phases.reduce((sum, phase) => sum + phase.cycles, 0)).toBe(cycles)
  const sweeps = phases.slice(0, -1).map(({ start, waits }) => start + waits)
  expect(sweeps).toEqual(starts('sweep'))
}
