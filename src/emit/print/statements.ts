import type { SvIf, SvMemoryLane, SvStatement } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import { printExpression, printLiteral } from './expression.js'
import type { Writer } from './writer.js'

/** Statements of a process; `assignment` is blocking or not. */
export function printStatements(
  writer: Writer,
  statements: readonly SvStatement[],
  assignment: '=' | '<=',
): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign': {
        const { target, value, place } = statement
        writer.assignment(`${printTarget(target)} ${assignment} `, value, { place })
        break
      }
      case 'if':
        printBranches(writer, statement, assignment, 'if')
        if (statement.otherwise.length > 0) {
          writer.line('end else begin')
          writer.indented(() => printStatements(writer, statement.otherwise, assignment))
        }
        writer.line('end')
        break
      case 'case': {
        writer.expression('case (', statement.subject, ')')
        writer.indented(() => {
          for (const { values, body } of statement.cases) {
            const labels = values.map(printLiteral).join(', ')
            printCaseItem(writer, labels, body, assignment)
          }
          const { otherwise, otherwiseValues } = statement
          const comment = otherwiseValues.map(printLiteral).join(', ')
          printCaseItem(writer, 'default', otherwise, assignment, comment)
        })
        writer.line('endcase')
        break
      }
    }
  }
}

/** The branches of an `if`, up to what comes before its last `end`. */
export function printBranches(
  writer: Writer,
  { branches }: SvIf,
  assignment: '=' | '<=',
  firstKeyword: 'if' | 'end else if',
): void {
  for (const [position, { condition, body }] of branches.entries()) {
    const keyword = position === 0 ? firstKeyword : 'end else if'
    writer.expression(`${keyword} (`, condition, ') begin', { truth: true })
    writer.indented(() => printStatements(writer, body, assignment))
  }
}

function printCaseItem(
  writer: Writer,
  label: string,
  body: readonly SvStatement[],
  assignment: '=' | '<=',
  comment = '',
): void {
  if (body.length === 0) {
    writer.line(`${label}: ;`)
    return
  }
  writer.line(`${label}: begin${comment === '' ? '' : `  // ${comment}`}`)
  writer.indented(() => printStatements(writer, body, assignment))
  writer.line('end')
}

function printTarget(target: Net | SvMemoryLane): string {
  if ('name' in target) return target.name
  const word = `${target.memory}[${printExpression(target.address)}]`
  if (target.lane === undefined) return word
  const { low, width } = target.lane
  return width === 1 ? `${word}[${low}]` : `${word}[${low + width - 1}:${low}]`
}
