import {
  type Bool,
  bool,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  sint,
  type UInt,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { balancedTree } from '../common/balanced-tree.js'
import { Counter } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { binary32, fieldsOf, widthOf } from '../float/float-format.js'
import { floatToInteger } from '../float/float-to-integer.js'
import { gatherHead } from './gather-head.js'
import { type HUnitParameters, headBeats } from './parameters.js'

const aligners = new Map<string, ReturnType<typeof defineHeadAligner>>()

/**
 * Aligns heads, each as one group (docs/arithmetic.md): `valid_i` with the beats of a head in consecutive cycles;
 * `valid_o` with the head `headBeats` edges after its last beat.
 */
export function headAligner(parameters: HUnitParameters, mantissaBits: number) {
  const { vectorLanes, headSize } = parameters
  const name = `head_aligner_v${vectorLanes}_d${headSize}_m${mantissaBits}`
  let aligner = aligners.get(name)
  if (aligner === undefined) {
    aligner = defineHeadAligner(name, parameters, mantissaBits)
    aligners.set(name, aligner)
  }
  return aligner
}

function defineHeadAligner(name: string, parameters: HUnitParameters, mantissaBits: number) {
  const { vectorLanes, headSize } = parameters
  const beats = headBeats(parameters)
  return defineModule(
    name,
    {
      beat_i: input(vec(uint(widthOf(binary32)), vectorLanes)),
      valid_i: input(bool),
      valid_o: output(bool),
      mantissas_o: output(vec(sint(mantissaBits), headSize)),
      exponent_o: output(uint(binary32.exponentBits)),
    },
    (m, { beat_i, valid_i, valid_o, mantissas_o, exponent_o }) => {
      const beat = new Counter(m, 'beat', beats)
      const isLast = beat.is(beats - 1)
      m.when(valid_i, () => beat.advance(isLast))
      m.assume('beats_are_consecutive', beat.is(0).or(valid_i))
      const exponents = beat_i.map((number) => fieldsOf(binary32, number).exponent)
      const larger = (a: UInt, b: UInt) => mux(a.lt(b), b, a)
      const ofBeat = balancedTree<UInt>(exponents, larger)
      const largest = m.register('largest_exponent', ofBeat.type)
      largest.next(mux(beat.is(0), ofBeat, larger(largest, ofBeat)))

      const finished = new DelayLine(m, 'finished', valid_i.and(isLast), { reset: false })
      const shared = beats === 1 ? largest : heldWhileBeatsPass(m, largest, finished.after(1))
      // Zero stands for the exponent of zeros alone, -126.
      const exponent = m.let('exponent', mux(shared.reduceOr(), shared, shared.type.literal(1)))
      const mantissas = beat_i.map((number, lane) =>
        floatToInteger(
          binary32,
          new DelayLine(m, `number${lane}`, number).after(beats),
          exponent,
          mantissaBits,
        ),
      )
      mantissas_o.assign(gatherHead(m, 'mantissa', mantissas, beats))
      exponent_o.assign(exponent)
      valid_o.assign(finished.after(beats))
    },
    {
      parameters: { vectorLanes, headSize, mantissaBits },
      documentation: `Heads of ${headSize} binary32 numbers to integers of ${mantissaBits} bits with a common exponent`,
    },
  )
}

/** A value that is valid in one cycle, from that cycle until it is valid again. */
function heldWhileBeatsPass(m: ModuleBuilder, value: UInt, isValid: Bool): UInt {
  const kept = m.register('kept_exponent', value.type)
  m.when(isValid, () => kept.next(value))
  return mux(isValid, value, kept)
}
