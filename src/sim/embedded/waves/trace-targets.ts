import { InputError } from '../../../common/input-error.js'
import type { FlatSignal } from '../../../hdl/ir/flat.js'
import type { WaveOptions } from '../../engine.js'
import { waveFormat } from '../../wave-format.js'
import type { ValueId } from '../graph/graph.js'
import type { Program } from '../graph/program.js'
import type { VcdVariable } from './vcd-file.js'

/** What a waveform shows. */
export interface TraceTargets {
  readonly file: string
  /** Name of the top module. */
  readonly top: string
  readonly variables: readonly VcdVariable[]
  /** Values that change and are no clocks. */
  readonly stored: readonly ValueId[]
  /** Patterns of values that never change. */
  readonly constants: ReadonlyMap<ValueId, bigint>
  /** The value of each clock, undefined for those that are not shown. */
  readonly clocks: readonly (ValueId | undefined)[]
}

/** @throws InputError when the format is not VCD or the scope has no signals */
export function traceTargets(
  { design, graph, netValues, clocks }: Program,
  options: WaveOptions,
): TraceTargets {
  if (waveFormat(options) !== 'vcd') {
    throw new InputError('the embedded engine writes VCD', { file: options.file }, 'name it .vcd')
  }
  const signals = tracedSignals(design.signals, options)
  if (signals.length === 0) {
    throw new InputError('has no signals', { field: options.scope ?? design.name })
  }
  const variables = signals.map(({ path, width, net }) => ({ path, width, value: netValues[net]! }))
  const shown = new Set(variables.map(({ value }) => value))
  const clockValues = clocks.map((net) => netValues[net]!)
  const constants = new Map<ValueId, bigint>()
  const stored: ValueId[] = []
  for (const value of shown) {
    const pattern = graph.constantOf(value)
    if (pattern !== undefined) constants.set(value, pattern)
    else if (!clockValues.includes(value)) stored.push(value)
  }
  return {
    file: options.file,
    top: design.name,
    variables,
    stored,
    constants,
    clocks: clockValues.map((value) => (shown.has(value) ? value : undefined)),
  }
}

/** The signals that lie in the scope and not deeper than asked. */
function tracedSignals(
  signals: readonly FlatSignal[],
  { scope, depth = Number.POSITIVE_INFINITY }: WaveOptions,
): FlatSignal[] {
  const prefix = scope === undefined ? '' : `${scope}.`
  return signals.filter(
    ({ path }) => path.startsWith(prefix) && path.slice(prefix.length).split('.').length <= depth,
  )
}
