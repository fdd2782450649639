import { Signal } from '../signals/signal.js'
import { Vec } from '../signals/vec.js'
import { BundleType } from './bundle-type.js'
import type { HardwareType } from './hardware-type.js'

/** The type of a signal, vector or bundle; undefined for anything else. */
export function typeOf(value: unknown): HardwareType | undefined {
  if (value instanceof Signal || value instanceof Vec) return value.type
  return BundleType.of(value)
}
