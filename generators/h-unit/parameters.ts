import { InputError } from '../../src/common/input-error.js'

export const kvFormats = ['int8', 'int16', 'e4m3'] as const
export type KvFormat = (typeof kvFormats)[number]

export interface HUnitParameters {
  /** V: numbers in a beat, a power of two that divides the head size; at least 2. */
  readonly vectorLanes: number
  /** Query heads, a multiple of the key/value heads. */
  readonly heads: number
  readonly kvHeads: number
  /** h: numbers in a head. */
  readonly headSize: number
  readonly layers: number
  /** T: positions that the cache holds for each layer. */
  readonly positions: number
  /** M: bits of an aligned query; 10 to 16. */
  readonly mantissaBits: number
  readonly kvFormat: KvFormat
}

/**
 * Parameters with their defaults: 12-bit queries, an INT8 cache.
 *
 * @throws InputError for values that cannot be built
 */
export function hUnitParameters(
  given: Omit<HUnitParameters, 'mantissaBits' | 'kvFormat'> & Partial<HUnitParameters>,
): HUnitParameters {
  const parameters: HUnitParameters = { mantissaBits: 12, kvFormat: 'int8', ...given }
  const fail = (field: keyof HUnitParameters, hint: string) => {
    throw new InputError(`${parameters[field]} is not possible`, { field }, hint)
  }
  for (const field of ['heads', 'kvHeads', 'headSize', 'layers', 'positions'] as const) {
    const value = parameters[field]
    if (!Number.isInteger(value) || value < 1) fail(field, 'an integer of at least 1')
  }
  const { vectorLanes, heads, kvHeads, headSize, mantissaBits, kvFormat } = parameters
  if (vectorLanes < 2 || !Number.isInteger(Math.log2(vectorLanes))) {
    fail('vectorLanes', 'a power of two, at least 2')
  }
  if (headSize % vectorLanes !== 0) fail('vectorLanes', `a divisor of the head size, ${headSize}`)
  if (heads % kvHeads !== 0) fail('kvHeads', `a divisor of the heads, ${heads}`)
  if (!Number.isInteger(mantissaBits) || mantissaBits < 10 || mantissaBits > 16) {
    fail('mantissaBits', '10 to 16')
  }
  if (!kvFormats.includes(kvFormat)) fail('kvFormat', kvFormats.join(', '))
  return parameters
}

/** Beats of a head. */
export function headBeats({ headSize, vectorLanes }: HUnitParameters): number {
  return headSize / vectorLanes
}

/** Query heads that share a key/value head. */
export function queryHeads({ heads, kvHeads }: HUnitParameters): number {
  return heads / kvHeads
}

/** Words of the key memory, and of the value memory. */
export function cacheDepth({ layers, positions, kvHeads }: HUnitParameters): number {
  return layers * positions * kvHeads
}

/** For module names: `v8_h8_kv4_d8_l5_t512_m12_int8`. */
export function parametersName(parameters: HUnitParameters): string {
  const { vectorLanes, heads, kvHeads, headSize, layers, positions } = parameters
  const { mantissaBits, kvFormat } = parameters
  return `v${vectorLanes}_h${heads}_kv${kvHeads}_d${headSize}_l${layers}_t${positions}_m${mantissaBits}_${kvFormat}`
}

/** For the header comment of a module and the manifest. */
export function describeParameters(parameters: HUnitParameters) {
  return { ...parameters }
}
