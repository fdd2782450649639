import { type Bool, type ModuleBuilder, type UInt, uint, type Vec } from '../../src/hdl/index.js'
import { Counter } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { cacheWordBits } from './cache-format.js'
import { headEncoder } from './head-encoder.js'
import { cacheDepth, type HUnitParameters } from './parameters.js'
import { visitTiming } from './timing.js'

export interface HeadCacheInputs {
  readonly beat: Vec<UInt>
  readonly keyValid: Bool
  readonly valueValid: Bool
  readonly layer: UInt
  readonly position: UInt
  /** Of the key to read: its number within the layer; the value of the same number is read later. */
  readonly readOffset: UInt
}

/**
 * The memories of keys and values: the word of a position and a head is at `(layer * T + position) * kvHeads + head`.
 * The key comes one edge after its address, the value when `visitTiming` says.
 */
export function headCache(
  m: ModuleBuilder,
  parameters: HUnitParameters,
  { beat, keyValid, valueValid, layer, position, readOffset }: HeadCacheInputs,
): { key: UInt; value: UInt } {
  const { kvHeads, kvFormat, headSize, positions } = parameters
  const encoder = m.instance('u_encoder', headEncoder(parameters), {
    beat_i: beat,
    key_valid_i: keyValid,
    value_valid_i: valueValid,
  })
  const word = uint(cacheWordBits(kvFormat, headSize))
  const depth = cacheDepth(parameters)
  const keys = m.memory('keys', word, { depth })
  const values = m.memory('values', word, { depth })
  const width = keys.addressWidth

  const layerWords = positions * kvHeads
  const layerBase = m.delayed('layer_base', times(layer, layerWords, width))
  const positionBase = m.delayed(
    'position_base',
    sum(times(layer, layerWords, width), times(position, kvHeads, width)),
  )
  const written = [
    [keys, encoder.key_valid_o, new Counter(m, 'key_head', kvHeads)],
    [values, encoder.value_valid_o, new Counter(m, 'value_head', kvHeads)],
  ] as const
  for (const [memory, valid, head] of written) {
    m.when(valid, () => {
      memory.write(sum(positionBase, head.value), encoder.word_o)
      head.advance(head.is(kvHeads - 1))
    })
  }
  const address = m.let('key_address', sum(layerBase, readOffset))
  const valueAddress = new DelayLine(m, 'value_address', address).after(visitTiming.valueAddress)
  return { key: keys.read('key_word', address), value: values.read('value_word', valueAddress) }
}

/** `a * factor` in `width` bits, which hold it. */
function times(a: UInt, factor: number, width: number): UInt {
  const product = a.mul(uint(Math.max(1, Math.ceil(Math.log2(factor + 1)))).literal(factor))
  return product.width < width ? product.extend(width) : product.truncate(width)
}

/** `a + b` in the width of `a`, which holds it. */
function sum(a: UInt, b: UInt): UInt {
  return a.add(b).truncate(a.width)
}
