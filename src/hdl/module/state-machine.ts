import { reportHere } from '../diagnostics/diagnostic.js'
import type { Place } from '../place.js'
import { Bool } from '../signals/bool.js'
import { binary, constant } from '../signals/nodes.js'
import type { UInt } from '../signals/uint.js'
import type { Register } from '../types/assignable.js'
import type { UIntType } from '../types/uint-type.js'
import type { ModuleBuilder } from './module-builder.js'

/** A state machine with named states, in a register of `ceil(log2(states))` bits. */
export class StateMachine<S extends string> {
  /** The states that each state goes to; under `undefined` those entered from outside the states' bodies. */
  readonly #successors = new Map<S | undefined, Set<S>>()
  #writing: S | undefined
  #defined = false

  constructor(
    private readonly m: ModuleBuilder,
    readonly name: string,
    readonly states: readonly S[],
    readonly state: Register<UIntType>,
    private readonly initial: S,
    private readonly place: Place,
  ) {
    const doubled = states.find((state, code) => states.indexOf(state) !== code)
    if (doubled !== undefined) this.#report(`state ${doubled} is listed twice`)
    this.#enter(initial)
  }

  /** The machine is in this state: `state_q == StRun`. */
  is(state: S): Bool {
    return new Bool(binary('eq', (this.state as UInt).node, this.#code(state)))
  }

  /** Enters a state at the next clock edge; within `when` and the bodies of {@link define}. */
  goto(state: S): void {
    this.#enter(state)
    this.m.assignRegister(this.state as UInt, this.#code(state))
  }

  /**
   * What happens in each state, once: a `case` over the state register with one arm a state. A state without
   * `goto` stays.
   */
  define(bodies: { readonly [K in S]: () => void }): void {
    if (this.#defined) {
      reportHere('INCOMPLETE_STATE_MACHINE', 'the states are defined twice', [], this.name)
      return
    }
    this.#defined = true
    this.m.switch(this.state as UInt, (cases) => {
      for (const [code, state] of this.states.entries()) {
        if (this.states.indexOf(state) !== code) continue
        const write = () => {
          this.#writing = state
          bodies[state]?.()
          this.#writing = undefined
        }
        cases.is(code, write, state)
      }
      const stray = 2 ** this.state.width > this.states.length
      if (stray) cases.otherwise(() => this.goto(this.initial))
    })
    for (const state of this.states) {
      if (!Object.hasOwn(bodies, state)) this.#report(`state ${state} is not defined`)
    }
    for (const state of Object.keys(bodies)) {
      if (!this.states.includes(state as S)) this.#report(`there is no state ${state}`)
    }
  }

  /** @internal Reports, at the end of the module, what is missing. */
  finish(): void {
    if (!this.#defined) {
      this.#report('the states are never defined')
      return
    }
    const reached = new Set<S>()
    const pending = [...(this.#successors.get(undefined) ?? [])]
    while (pending.length > 0) {
      const state = pending.pop()!
      if (reached.has(state)) continue
      reached.add(state)
      pending.push(...(this.#successors.get(state) ?? []))
    }
    for (const state of this.states) {
      if (!reached.has(state)) this.#report(`state ${state} is never entered`)
    }
  }

  #enter(state: S): void {
    const known = this.#successors.get(this.#writing)
    if (known === undefined) this.#successors.set(this.#writing, new Set([state]))
    else known.add(state)
  }

  #code(state: S) {
    const code = this.states.indexOf(state)
    if (code < 0) {
      reportHere('INCOMPLETE_STATE_MACHINE', `there is no state ${state}`, [], this.name)
    }
    return constant(Math.max(code, 0), this.state.width, false)
  }

  #report(message: string): void {
    reportHere('INCOMPLETE_STATE_MACHINE', message, [], this.name, this.place)
  }
}
