import type { TermStatement } from '../legalise/statements.js'
import { type NameScope, stripDirection, upperCamel } from '../names.js'
import { literal, type SvLiteral } from '../printable/expression.js'
import type { Net } from '../printable/net.js'

/**
 * Names of states and enumeration values: one localparam a labelled case of a net. `state` gives
 * `StIdle`, `tx_state` gives `TxStIdle`, any other net its own name.
 */
export class StateLabels {
  readonly #labels = new Map<Net, Map<bigint, string>>()
  readonly #used = new Map<string, SvLiteral>()

  constructor(
    private readonly scope: NameScope,
    /** The register that a next-value net loads, or undefined. */
    private readonly registerOf: (net: Net) => Net | undefined,
    private readonly stemOf: (net: Net) => string,
  ) {}

  collect(statements: readonly TermStatement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'when') {
        for (const { body } of statement.branches) this.collect(body)
        this.collect(statement.otherwise)
      } else if (statement.kind === 'switch') {
        const { net } = statement.subject
        for (const { values, label, body } of statement.cases) {
          if (net !== undefined && label !== undefined && values.length === 1) {
            this.#add(net, values[0]!, label)
          }
          this.collect(body)
        }
        this.collect(statement.otherwise ?? [])
      }
    }
  }

  /** The localparam for a value of a net, or of the register that a net is the next value of. */
  nameOf(net: Net, value: bigint): string | undefined {
    const subject = this.registerOf(net) ?? net
    const label = this.#labels.get(subject)?.get(value)
    if (label !== undefined) this.#used.set(label, literal(subject.width, value, false, label))
    return label
  }

  /** The localparams that were used, by subject and value. */
  get used(): readonly SvLiteral[] {
    const names = [...this.#labels.values()].flatMap((labels) =>
      [...labels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name),
    )
    return names.flatMap((name) => this.#used.get(name) ?? [])
  }

  #add(net: Net, value: bigint, label: string): void {
    let labels = this.#labels.get(net)
    if (labels === undefined) {
      labels = new Map()
      this.#labels.set(net, labels)
    }
    if (labels.has(value)) return
    const prefix = upperCamel(stripDirection(this.stemOf(net))).replace(/State$/, 'St')
    labels.set(value, this.scope.allocate(prefix + upperCamel(label)))
  }
}
