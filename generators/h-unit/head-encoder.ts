import {
  type Bool,
  bool,
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  type UInt,
  uint,
  type Vec,
  vec,
} from '../../src/hdl/index.js'
import { balancedTree } from '../common/balanced-tree.js'
import { Counter } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { binary16, binary32, widthOf } from '../float/float-format.js'
import { floatMultiplier } from '../float/float-multiplier.js'
import { floatToInteger, topExponentOfUnits } from '../float/float-to-integer.js'
import { narrowFloat } from '../float/narrow-float.js'
import { floatReciprocalUnit } from '../float/reciprocal.js'
import { cacheFormats, cacheWordBits, e4m3, largestBinary16, largestE4m3 } from './cache-format.js'
import { gatherHead } from './gather-head.js'
import { headAligner } from './head-aligner.js'
import { type HUnitParameters, headBeats } from './parameters.js'
import { encoderEdges } from './timing.js'

const number32 = uint(widthOf(binary32))

const encoders = new Map<string, ReturnType<typeof defineHeadEncoder>>()

/**
 * Makes words of the cache from heads (docs/arithmetic.md, KV cache): `key_valid_i` or `value_valid_i` with the
 * beats of a head in consecutive cycles; `key_valid_o` or `value_valid_o` with the word.
 */
export function headEncoder(parameters: HUnitParameters) {
  const { vectorLanes, headSize, kvFormat } = parameters
  const name = `head_encoder_v${vectorLanes}_d${headSize}_${kvFormat}`
  let encoder = encoders.get(name)
  if (encoder === undefined) {
    encoder = defineHeadEncoder(name, parameters)
    encoders.set(name, encoder)
  }
  return encoder
}

function defineHeadEncoder(name: string, parameters: HUnitParameters) {
  const { vectorLanes, headSize, kvFormat } = parameters
  const beats = headBeats(parameters)
  return defineModule(
    name,
    {
      beat_i: input(vec(number32, vectorLanes)),
      key_valid_i: input(bool),
      value_valid_i: input(bool),
      key_valid_o: output(bool),
      value_valid_o: output(bool),
      word_o: output(uint(cacheWordBits(kvFormat, headSize))),
    },
    (m, { beat_i, key_valid_i, value_valid_i, key_valid_o, value_valid_o, word_o }) => {
      const beat = new Counter(m, 'beat', beats)
      const isLast = beat.is(beats - 1)
      const valid = m.let('valid', key_valid_i.or(value_valid_i))
      m.when(valid, () => beat.advance(isLast))
      m.assume('beats_are_consecutive', beat.is(0).or(valid))
      const edges = encoderEdges(parameters)
      const finishedKey = new DelayLine(m, 'finished_key', key_valid_i.and(isLast), {
        reset: false,
      })
      const finishedValue = new DelayLine(m, 'finished_value', value_valid_i.and(isLast), {
        reset: false,
      })
      key_valid_o.assign(finishedKey.after(edges))
      value_valid_o.assign(finishedValue.after(edges))
      if (kvFormat === 'e4m3') {
        const codes = beat_i.map((number) => narrowFloat(binary32, number, e4m3, largestE4m3))
        word_o.assign(cat(...gatherHead(m, 'code', codes, beats).reverse()))
        return
      }
      if (kvFormat === 'int16') {
        const { integerBits } = cacheFormats.int16
        const { mantissas_o, exponent_o } = m.instance(
          'u_aligner',
          headAligner(parameters, integerBits),
          { beat_i, valid_i: valid },
        )
        word_o.assign(
          cat(exponent_o, ...[...mantissas_o].reverse().map((code) => code.asUnsigned())),
        )
        return
      }
      const finished = new DelayLine(m, 'finished', valid.and(isLast), {
        reset: false,
      })
      const largest = largestMagnitude(m, beat_i, beat.is(0))
      const { codes, scale } = integerCodes(m, parameters, beat_i, largest, finished)
      word_o.assign(cat(scale, ...gatherHead(m, 'code', codes, beats).reverse()))
    },
    {
      parameters: { vectorLanes, headSize, kvFormat },
      documentation: `Heads of ${headSize} binary32 numbers to words of the key/value cache`,
    },
  )
}

/** The largest magnitude of the head so far, one edge after its beat. */
function largestMagnitude(m: ModuleBuilder, beat: Vec<UInt>, isFirst: Bool): UInt {
  const magnitudes = beat.map((number) => number.bits(number.width - 2, 0))
  const larger = (a: UInt, b: UInt) => mux(a.lt(b), b, a)
  const ofBeat = balancedTree<UInt>(magnitudes, larger)
  const largest = m.register('largest_magnitude', ofBeat.type)
  largest.next(mux(isFirst, ofBeat, larger(largest, ofBeat)))
  return largest.extend(number32.width)
}

/**
 * The codes of the beats, `beats + 4` edges after them, and the scale of their head from the first to the last of
 * them. What belongs to a head waits in registers while its beats pass.
 */
function integerCodes(
  m: ModuleBuilder,
  { kvFormat, ...parameters }: HUnitParameters,
  beat: Vec<UInt>,
  largest: UInt,
  finished: DelayLine<Bool>,
): { codes: UInt[]; scale: UInt } {
  const beats = headBeats({ kvFormat, ...parameters })
  const { largestInteger, integerBits, scalePower } = cacheFormats[kvFormat]
  const { reciprocal_o } = m.instance('u_reciprocal', floatReciprocalUnit(['slope', 'value']), {
    number_i: largest,
  })
  const { product_o: inverseNow } = m.instance('u_inverse', floatMultiplier(binary32), {
    a_i: reciprocal_o,
    b_i: number32.literal(bitsOf32(largestInteger)),
  })
  const inverse = m.register('inverse', number32)
  m.when(finished.after(3), () => inverse.next(inverseNow))

  const { product_o: scale32 } = m.instance('u_scale', floatMultiplier(binary32, ['multiply']), {
    a_i: largest,
    b_i: number32.literal(bitsOf32(2 ** -scalePower / largestInteger)),
  })
  const scale16 = new DelayLine(
    m,
    'scale',
    narrowFloat(binary32, scale32, binary16, largestBinary16),
  ).after(2)
  const scale = m.register('scale_kept', uint(widthOf(binary16)))
  m.when(finished.after(4), () => scale.next(scale16))

  const top = uint(binary32.exponentBits).literal(topExponentOfUnits(binary32, integerBits))
  const codes = beat.map((number, lane) => {
    const { product_o } = m.instance(`u_code${lane}`, floatMultiplier(binary32, ['multiply']), {
      a_i: new DelayLine(m, `number${lane}`, number).after(beats + 3),
      b_i: inverse,
    })
    return floatToInteger(binary32, product_o, top, integerBits).asUnsigned()
  })
  return { codes, scale }
}

function bitsOf32(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!
}
