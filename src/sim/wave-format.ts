import { InputError } from '../common/input-error.js'
import type { WaveOptions } from './engine.js'

/**
 * Format of a waveform file, given or by its extension.
 *
 * @throws InputError when neither tells.
 */
export function waveFormat({ file, format }: WaveOptions): 'vcd' | 'fst' {
  if (format !== undefined) return format
  if (file.endsWith('.vcd')) return 'vcd'
  if (file.endsWith('.fst')) return 'fst'
  throw new InputError(
    'unknown waveform format',
    { file },
    'name it .vcd or .fst, or give the format',
  )
}
