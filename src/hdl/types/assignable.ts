import type { Bool } from '../signals/bool.js'
import type { Clock, Reset } from '../signals/clock.js'
import type { SInt } from '../signals/sint.js'
import type { UInt } from '../signals/uint.js'
import type { Vec } from '../signals/vec.js'
import type { BundleType } from './bundle-type.js'
import type { HardwareType } from './hardware-type.js'
import type { VecType } from './vec-type.js'
import type { SameWidth, TypeMessage } from './width-arithmetic.js'

/** The signals of a type. */
export type SignalOf<T extends HardwareType> = T['signal']

/**
 * `unknown` when a value of type V may be assigned to a signal of type S; otherwise a message type.
 * Plain numbers, booleans, arrays and objects of them count as constants.
 */
export type OperandCheck<V, S> = [S] extends [UInt<infer W>]
  ? NumberCheck<V, V extends UInt<infer A> ? A : never, UInt, W, 'an unsigned value is expected'>
  : [S] extends [SInt<infer W>]
    ? NumberCheck<V, V extends SInt<infer A> ? A : never, SInt, W, 'a signed value is expected'>
    : [S] extends [Bool]
      ? KindCheck<V, Bool | boolean, 'a Bool is expected'>
      : [S] extends [Clock]
        ? KindCheck<V, Clock, 'a clock is expected'>
        : [S] extends [Reset]
          ? KindCheck<V, Reset, 'a reset is expected'>
          : [S] extends [Vec<infer E>]
            ? ElementsCheck<V, E>
            : {
                readonly [K in Exclude<keyof S, 'assign' | 'next'>]: K extends keyof V
                  ? OperandCheck<V[K], S[K]>
                  : TypeMessage<'a bundle with this field is expected'>
              }

/** Of all members of a union V at once: each is a plain number or a number signal of W bits. */
type NumberCheck<V, A extends number, S, W extends number, M extends string> = [V] extends [
  S | number | bigint,
]
  ? [A] extends [never]
    ? unknown
    : SameWidth<A, W>
  : TypeMessage<M>

type KindCheck<V, S, M extends string> = [V] extends [S] ? unknown : TypeMessage<M>

/** Of arrays element by element. */
type ElementsCheck<V, E> = [V] extends [readonly unknown[]]
  ? { readonly [I in keyof V]: OperandCheck<V[I], E> }
  : [V] extends [Vec<infer A>]
    ? OperandCheck<A, E>
    : TypeMessage<'a vector is expected'>

/** A signal that its module drives. */
export interface Assignable<S> {
  /**
   * Drives the signal: `assign y_o = value;`, or within `when` and `switch` a branch of an `always_comb`.
   * Width and sign must be the signal's own.
   */
  assign<const V>(value: V & OperandCheck<V, S>): void
}

/** A register: read as its present value, written for the next cycle. */
export interface Clocked<S> {
  /**
   * The value after the next rising clock edge: `count_d = value;`. Without one the register keeps its
   * value. Width and sign must be the register's own.
   */
  next<const V>(value: V & OperandCheck<V, S>): void
}

/** A wire or output of type T: a signal, and every part of it, that can be assigned. */
export type Wire<T extends HardwareType> = (T extends VecType<infer E, number>
  ? Vec<E['signal'], Wire<E>>
  : T extends BundleType<infer F>
    ? { readonly [K in keyof F]: Wire<F[K]> }
    : T['signal']) &
  Assignable<T['signal']>

/** A register of type T: a signal, and every part of it, whose next value can be set. */
export type Register<T extends HardwareType> = (T extends VecType<infer E, number>
  ? Vec<E['signal'], Register<E>>
  : T extends BundleType<infer F>
    ? { readonly [K in keyof F]: Register<F[K]> }
    : T['signal']) &
  Clocked<T['signal']>
