import { reportHere } from '../diagnostics/diagnostic.js'
import { Bool } from '../signals/bool.js'
import { binary, constant } from '../signals/nodes.js'
import type { UInt } from '../signals/uint.js'
import type { Register } from '../types/assignable.js'
import type { UIntType } from '../types/uint-type.js'
import type { ModuleBuilder } from './module-builder.js'

/** A state machine with named states, in a register of `ceil(log2(states))` bits. */
export class StateMachine<S extends string> {
  readonly #entered = new Set<S>()
  #defined = false

  constructor(
    private readonly m: ModuleBuilder,
    readonly states: readonly S[],
    readonly state: Register<UIntType>,
    private readonly initial: S,
  ) {
    this.#entered.add(initial)
  }

  /** The machine is in this state: `state_q == StRun`. */
  is(state: S): Bool {
    return new Bool(binary('eq', (this.state as UInt).node, this.#code(state)))
  }

  /** Enters a state at the next clock edge; within `when` and the bodies of {@link define}. */
  goto(state: S): void {
    this.#entered.add(state)
    this.m.assignRegister(this.state as UInt, this.#code(state))
  }

  /**
   * What happens in each state, once: a `case` over the state register with one arm a state. A state without
   * `goto` stays. Reports states that are never entered.
   */
  define(bodies: { readonly [K in S]: () => void }): void {
    if (this.#defined) {
      reportHere('INCOMPLETE_STATE_MACHINE', 'the states are defined twice')
      return
    }
    this.#defined = true
    this.m.switch(this.state as UInt, (cases) => {
      for (const [code, state] of this.states.entries()) {
        cases.is(code, bodies[state] ?? (() => {}), state)
      }
      const stray = 2 ** this.state.width > this.states.length
      if (stray) cases.otherwise(() => this.goto(this.initial))
    })
    for (const state of this.states) {
      if (!(state in bodies)) {
        reportHere('INCOMPLETE_STATE_MACHINE', `state ${state} is not defined`)
      } else if (!this.#entered.has(state)) {
        reportHere('INCOMPLETE_STATE_MACHINE', `state ${state} is never entered`)
      }
    }
  }

  #code(state: S) {
    const code = this.states.indexOf(state)
    if (code < 0) reportHere('INCOMPLETE_STATE_MACHINE', `there is no state ${state}`)
    return constant(Math.max(code, 0), this.state.width, false)
  }
}
