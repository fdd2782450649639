import type { SvMemoryLane, SvStatement } from '../printable/module.js'
import type { Net } from '../printable/net.js'
import { printExpression } from './expression.js'
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
        writer.expression(`${printTarget(target)} ${assignment} `, value, ';', { place })
        break
      }
      case 'if':
        for (const [position, { condition, body }] of statement.branches.entries()) {
          const keyword = position === 0 ? 'if' : 'end else if'
          writer.expression(`${keyword} (`, condition, ') begin', { truth: true })
          writer.indented(() => printStatements(writer, body, assignment))
        }
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
            const labels = values.map((value) => printExpression(value)).join(', ')
            printCaseItem(writer, labels, body, assignment)
          }
          const { otherwise, otherwiseComment } = statement
          printCaseItem(writer, 'default', otherwise, assignment, otherwiseComment)
        })
        writer.line('endcase')
        break
      }
    }
  }
}

function printCaseItem(
  writer: Writer,
  label: string,
  body: readonly SvStatement[],
  assignment: '=' | '<=',
  comment?: string,
): void {
  if (body.length === 0) {
    writer.line(`${label}: ;`)
    return
  }
  writer.line(`${label}: begin${comment === undefined ? '' : `  // ${comment}`}`)
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
