import { Place } from '../place.js'
import type { Assignable, OperandCheck, Wire } from '../types/assignable.js'
import type { BoolType } from '../types/bool-type.js'
import type { HardwareType } from '../types/hardware-type.js'
import type { TypeMessage } from '../types/width-arithmetic.js'

/** An input or output of a module, as written in its port list. */
export interface Port<
  T extends HardwareType = HardwareType,
  D extends PortDirection = PortDirection,
> {
  readonly direction: D
  readonly type: T
  readonly place: Place
}

export type PortDirection = 'input' | 'output'

/** A ready/valid stream of a module, as written in its port list. */
export interface StreamPort<
  T extends HardwareType = HardwareType,
  D extends StreamDirection = StreamDirection,
> {
  readonly direction: D
  readonly type: T
  /** The stream has a `tlast`. */
  readonly last: boolean
  readonly place: Place
}

export type StreamDirection = 'streamInput' | 'streamOutput'

export type PortList = Readonly<Record<string, Port | StreamPort>>

/** An input: `input logic [7:0] data_i`. */
export function input<T extends HardwareType>(type: T): Port<T, 'input'> {
  return { direction: 'input', type, place: Place.here() }
}

/** An output: `output logic [7:0] data_o`. */
export function output<T extends HardwareType>(type: T): Port<T, 'output'> {
  return { direction: 'output', type, place: Place.here() }
}

export interface StreamOptions {
  /** With a `tlast` that marks the end of a packet; false by default. */
  readonly last?: boolean
}

/**
 * A stream into the module. `s_axis: streamInput(uint(8))` makes
 * `input logic s_axis_tvalid`, `output logic s_axis_tready` and `input logic [7:0] s_axis_tdata`: the
 * AXI4-Stream names, so no `_i` and `_o`.
 */
export function streamInput<T extends HardwareType>(
  type: T,
  options: StreamOptions = {},
): StreamPort<T, 'streamInput'> {
  return { direction: 'streamInput', type, last: options.last ?? false, place: Place.here() }
}

/** A stream out of the module; see {@link streamInput}. */
export function streamOutput<T extends HardwareType>(
  type: T,
  options: StreamOptions = {},
): StreamPort<T, 'streamOutput'> {
  return { direction: 'streamOutput', type, last: options.last ?? false, place: Place.here() }
}

/**
 * The receiving end of a stream: a transfer happens in every cycle in which `valid` and `ready` are both 1.
 * `valid` must not wait for `ready`, and data hold still while `valid` waits (AXI4-Stream, ARM IHI 0051).
 */
export interface StreamSource<T extends HardwareType> {
  readonly valid: BoolType['signal']
  readonly ready: BoolType['signal'] & Assignable<BoolType['signal']>
  readonly data: T['signal']
  readonly last: BoolType['signal'] | undefined
}

/** The sending end of a stream. */
export interface StreamSink<T extends HardwareType> {
  readonly valid: BoolType['signal'] & Assignable<BoolType['signal']>
  readonly ready: BoolType['signal']
  readonly data: Wire<T>
  readonly last: (BoolType['signal'] & Assignable<BoolType['signal']>) | undefined
}

/** The signals that a module's own body sees for its ports. */
export type InnerPorts<P extends PortList> = {
  readonly [K in keyof P]: P[K] extends Port<infer T, 'input'>
    ? T['signal']
    : P[K] extends Port<infer T, 'output'>
      ? Wire<T>
      : P[K] extends StreamPort<infer T, 'streamInput'>
        ? StreamSource<T>
        : P[K] extends StreamPort<infer T, 'streamOutput'>
          ? StreamSink<T>
          : never
}

/** The signals that the module around an instance sees for the instance's ports. */
export type InstancePorts<P extends PortList> = {
  readonly [K in keyof P]: P[K] extends Port<infer T, 'input'>
    ? Wire<T>
    : P[K] extends Port<infer T, 'output'>
      ? T['signal']
      : P[K] extends StreamPort<infer T, 'streamInput'>
        ? StreamSink<T>
        : P[K] extends StreamPort<infer T, 'streamOutput'>
          ? StreamSource<T>
          : never
}

/** `unknown` when a value of type V may be connected to a port; otherwise a message type. */
type PortCheck<Q, V> =
  Q extends Port<infer T, 'input'>
    ? OperandCheck<V, T['signal']>
    : Q extends Port<infer T, 'output'>
      ? V extends { readonly assign: unknown }
        ? OperandCheck<T['signal'], V>
        : TypeMessage<'a wire or output is expected'>
      : Q extends StreamPort<infer T, 'streamInput'>
        ? V extends { readonly ready: { readonly assign: unknown }; readonly data: infer D }
          ? OperandCheck<D, T['signal']>
          : TypeMessage<'a source of a stream is expected'>
        : Q extends StreamPort<infer T, 'streamOutput'>
          ? V extends { readonly valid: { readonly assign: unknown }; readonly data: infer D }
            ? OperandCheck<T['signal'], D>
            : TypeMessage<'a sink of a stream is expected'>
          : unknown

/** Checks the values C that are connected to an instance with ports P; ports left out are assigned later. */
export type ConnectionCheck<P extends PortList, C> = {
  readonly [K in keyof C]: K extends keyof P
    ? PortCheck<P[K], C[K]>
    : TypeMessage<'the module has no such port'>
}
