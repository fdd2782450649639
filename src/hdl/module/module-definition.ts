import {
  DesignError,
  type Diagnostic,
  DiagnosticSink,
  modulesUnderConstruction,
  withBuildScope,
} from '../diagnostics/diagnostic.js'
import type { AttributeNode, BlackBoxDetail, ModuleNode } from '../ir/module-node.js'
import { Place } from '../place.js'
import { ModuleBuilder } from './module-builder.js'
import type { InnerPorts, PortList } from './port.js'

export interface ModuleOptions {
  /** Generator parameters, for the header comment and the manifest. */
  readonly parameters?: Readonly<Record<string, number | string | boolean>>
  /** Header comment of the emitted module. */
  readonly documentation?: string
  readonly attributes?: readonly AttributeNode[]
}

/** A module, built when it is first needed. */
export class ModuleDefinition<P extends PortList = PortList> {
  #built: { readonly node: ModuleNode; readonly diagnostics: readonly Diagnostic[] } | undefined
  #building = false

  constructor(
    /** Emitted module name: snake_case; parametrised modules put their parameters into it. */
    readonly name: string,
    readonly ports: P,
    readonly options: ModuleOptions,
    /** Takes the ports' own signals; `never` keeps P covariant, so that any definition is a ModuleDefinition. */
    private readonly build: ((m: ModuleBuilder, ports: never) => void) | BlackBoxDetail,
    private readonly place: Place,
  ) {}

  get node(): ModuleNode {
    return this.#result().node
  }

  /** Faults found while the module was built; those of its instances are with their own modules. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#result().diagnostics
  }

  #result() {
    if (this.#built !== undefined) return this.#built
    if (this.#building) throw this.#recursion()
    this.#building = true
    try {
      const sink = new DiagnosticSink()
      const { build } = this
      const builder = new ModuleBuilder(this.name, this.place, this.options)
      const node = withBuildScope({ module: this.name, sink }, () => {
        const ports = builder.declarePorts(this.ports)
        if (typeof build !== 'function') return builder.finish(build)
        build(builder, ports as never)
        return builder.finish(undefined)
      })
      this.#built = { node, diagnostics: sink.diagnostics }
      definitions.set(node, this.#built.diagnostics)
      return this.#built
    } finally {
      this.#building = false
    }
  }

  #recursion(): DesignError {
    const open = modulesUnderConstruction()
    const path = [...open.slice(open.indexOf(this.name)), this.name].join(' > ')
    const related = [{ role: 'defined', place: this.place }]
    const place = Place.here()
    const signal = undefined
    return new DesignError([
      { code: 'RECURSION', module: this.name, signal, message: path, place, related },
    ])
  }
}

const definitions = new WeakMap<ModuleNode, readonly Diagnostic[]>()

/** Faults that were found while a module was built. */
export function buildDiagnostics(module: ModuleNode): readonly Diagnostic[] {
  return definitions.get(module) ?? []
}

/**
 * Defines a module: its name, its ports by name, and the function that writes its body with a
 * {@link ModuleBuilder}.
 *
 * ```ts
 * const counter = defineModule(
 *   'counter',
 *   { enable_i: input(bool), count_o: output(uint(8)) },
 *   (m, { enable_i, count_o }) => {
 *     const count = m.register('count', uint(8), { reset: 0 })
 *     m.when(enable_i, () => count.next(count.add(1).truncate(8)))
 *     count_o.assign(count)
 *   },
 * )
 * ```
 */
export function defineModule<const P extends PortList>(
  name: string,
  ports: P,
  build: (m: ModuleBuilder, ports: InnerPorts<P>) => void,
  options: ModuleOptions = {},
): ModuleDefinition<P> {
  return new ModuleDefinition(name, ports, options, build, Place.here())
}

export interface BlackBoxOptions extends ModuleOptions {
  /** SystemVerilog of a simulation model; without one the user gives the module to every tool. */
  readonly source?: string
  /** Verilog parameters set at each instance. */
  readonly verilogParameters?: Readonly<Record<string, number | string>>
}

/** A module that is written elsewhere: a macro, an IP block. */
export function defineBlackBox<const P extends PortList>(
  name: string,
  ports: P,
  options: BlackBoxOptions = {},
): ModuleDefinition<P> {
  const detail = { source: options.source, parameters: options.verilogParameters ?? {} }
  return new ModuleDefinition(name, ports, options, detail, Place.here())
}
