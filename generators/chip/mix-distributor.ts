import { columnElements, columnLength } from '../../src/compiler/column-split.js'
import { bool, defineModule, input, mux, output, vec } from '../../src/hdl/index.js'
import { Counter } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { number32 } from '../l-unit/datapath.js'
import type { VectorUnitParameters } from '../vector-unit/parameters.js'

export type MixParameters = Pick<
  VectorUnitParameters,
  'columns' | 'vectorLanes' | 'group' | 'width'
>

function mixShape({ columns, vectorLanes, group, width }: MixParameters) {
  const beatsOfGroup = group / vectorLanes
  const steps = Math.ceil(width / (group * columns))
  const length = columnLength(width, group, columns)
  return {
    beatsOfGroup,
    /** Columns that have a group. */
    dealt: Math.min(columns, Math.ceil(width / group)),
    /** Groups of a column, and beats of the last one. */
    steps,
    lastBeats: (length - (steps - 1) * group) / vectorLanes,
  }
}

/** For each beat that the columns get how many clock edges it comes after the first beat of the mixed vector. */
export function dealtBeats(parameters: MixParameters): number[] {
  const { beatsOfGroup, dealt, steps, lastBeats } = mixShape(parameters)
  return Array.from({ length: (steps - 1) * beatsOfGroup + lastBeats }, (_, beat) => {
    const step = Math.floor(beat / beatsOfGroup)
    return (step * dealt + dealt - 1) * beatsOfGroup + (beat % beatsOfGroup)
  })
}

/**
 * Deals the mixed vector of one H-Unit to the columns: group `g` to column `g mod C`, zeros where a column has none. The
 * vector comes in consecutive cycles. Each column sees it late by as many groups as come before the last column's, so
 * that all see their group of a step in the same cycles, those of {@link dealtBeats}.
 */
export function mixDistributor(parameters: MixParameters) {
  const { columns, vectorLanes, group, width } = parameters
  const { beatsOfGroup, dealt, steps, lastBeats } = mixShape(parameters)
  return defineModule(
    `mix_distributor_c${columns}_v${vectorLanes}_g${group}_n${width}`,
    {
      valid_i: input(bool),
      data_i: input(vec(number32, vectorLanes)),
      valid_o: output(bool),
      last_o: output(bool),
      data_o: output(vec(number32, columns * vectorLanes)),
    },
    (m, { valid_i, data_i, valid_o, last_o, data_o }) => {
      const runs = m.register('runs', bool, { reset: false })
      const beat = new Counter(m, 'group_beat', beatsOfGroup)
      const column = new Counter(m, 'column', dealt)
      const step = new Counter(m, 'step', steps)
      const advances = m.let('advances', valid_i.or(runs))
      const isLastColumn = column.is(dealt - 1)
      const isLastBeat = beat.is(lastBeats - 1)
      const ends = m.let('ends', isLastColumn.and(step.is(steps - 1)).and(isLastBeat))
      m.when(advances, () => {
        runs.next(ends.not())
        beat.advance(ends.or(beat.is(beatsOfGroup - 1)), () =>
          column.advance(isLastColumn, () => step.advance(ends)),
        )
      })
      valid_o.assign(advances.and(isLastColumn))
      last_o.assign(advances.and(ends))

      const valid = new DelayLine(m, 'valid', valid_i, { reset: false })
      const lanes = data_i.elements.map((number, lane) => new DelayLine(m, `lane${lane}`, number))
      for (let c = 0; c < columns; c++) {
        const late = (dealt - 1 - c) * beatsOfGroup
        const isWhole = !columnElements(width, group, columns, c).includes(undefined)
        for (const [lane, numbers] of lanes.entries()) {
          const zero = number32.literal(0)
          const dealtTo = () =>
            isWhole ? numbers.after(late) : mux(valid.after(late), numbers.after(late), zero)
          data_o.at(c * vectorLanes + lane).assign(c < dealt ? dealtTo() : zero)
        }
      }
    },
    {
      parameters: { columns, vectorLanes, group, width },
      documentation: 'The mixed vector of one H-Unit, dealt to the columns',
    },
  )
}
