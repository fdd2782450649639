import { Place } from '../place.js'
import { catalogue, type DiagnosticCode } from './catalogue.js'

/** Another place that takes part in a fault, and how. */
export interface RelatedPlace {
  readonly role: string
  readonly place: Place
}

/** One fault of a design. */
export interface Diagnostic {
  readonly code: DiagnosticCode
  /** Module name, or instance path when the fault needs one. */
  readonly module: string
  readonly signal: string | undefined
  readonly message: string
  readonly place: Place
  readonly related: readonly RelatedPlace[]
}

/** A fault as text: code, place, message, the other places, one hint. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const subject = diagnostic.signal === undefined ? '' : ` ${diagnostic.signal}`
  const lines = [
    `${diagnostic.place}: error[${diagnostic.code}] ${diagnostic.module}${subject}: ${diagnostic.message}`,
    ...diagnostic.related.map(({ role, place }) => `  ${role}: ${place}`),
    `  hint: ${catalogue[diagnostic.code].hint}`,
  ]
  return lines.join('\n')
}

/** All faults that elaboration found, sorted by place, module and code. */
export class DesignError extends Error {
  override readonly name = 'DesignError'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const sorted = sortDiagnostics(diagnostics)
    super(
      `${sorted.length} fault${sorted.length === 1 ? '' : 's'}\n${sorted.map(formatDiagnostic).join('\n')}`,
    )
    this.diagnostics = sorted
  }
}

function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const key = (d: Diagnostic) => {
    const line = d.place.line
    const position = line === undefined ? '' : `${line.file}:${pad(line.line)}:${pad(line.column)}`
    return `${position}\0${d.module}\0${d.code}\0${d.signal ?? ''}\0${d.message}`
  }
  const keyed = diagnostics.map((diagnostic) => ({ key: key(diagnostic), diagnostic }))
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return keyed
    .filter((entry, i) => entry.key !== keyed[i - 1]?.key)
    .map(({ diagnostic }) => diagnostic)
}

function pad(value: number): string {
  return String(value).padStart(7, '0')
}

/** Collects the faults of one elaboration. */
export class DiagnosticSink {
  readonly diagnostics: Diagnostic[] = []

  report(
    code: DiagnosticCode,
    module: string,
    signal: string | undefined,
    message: string,
    place: Place,
    related: readonly RelatedPlace[] = [],
  ): void {
    this.diagnostics.push({ code, module, signal, message, place, related })
  }

  /** @throws DesignError when there are any */
  throwIfAny(): void {
    if (this.diagnostics.length > 0) throw new DesignError(this.diagnostics)
  }
}

interface BuildScope {
  readonly module: string
  readonly sink: DiagnosticSink
}

/** The declaration that a value is being given to. */
interface Subject {
  readonly name: string
  readonly place: Place
}

const scopes: BuildScope[] = []
let subject: Subject | undefined

/** Runs `build`; faults found by expressions meanwhile go to `sink`. */
export function withBuildScope<T>(scope: BuildScope, build: () => T): T {
  scopes.push(scope)
  try {
    return build()
  } finally {
    scopes.pop()
  }
}

/** Runs `body`; faults found meanwhile that name no signal are about this declaration. */
export function withSubject<T>(declaration: Subject, body: () => T): T {
  const outer = subject
  subject = declaration
  try {
    return body()
  } finally {
    subject = outer
  }
}

/** Names of the modules under construction, outermost first. */
export function modulesUnderConstruction(): readonly string[] {
  return scopes.map(({ module }) => module)
}

/**
 * Reports a fault of an expression or statement that is being written: to the module under
 * construction, or, outside any module, by throwing.
 *
 * @throws DesignError outside any module
 */
export function reportHere(
  code: DiagnosticCode,
  message: string,
  related: readonly RelatedPlace[] = [],
  signal?: string,
  place: Place = Place.here(),
): void {
  const { module, sink } = scopes.at(-1) ?? { module: 'expression', sink: new DiagnosticSink() }
  if (signal === undefined && subject !== undefined) {
    const declared = { role: 'declared', place: subject.place }
    sink.report(code, module, subject.name, message, place, [...related, declared])
  } else sink.report(code, module, signal, message, place, related)
  if (scopes.length === 0) sink.throwIfAny()
}
