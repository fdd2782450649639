import type { Place } from '../../hdl/place.js'
import type { SvExpression } from '../printable/expression.js'
import { isComparison, pieces } from './expression.js'

export interface PrintOptions {
  /** Columns; only literals and names that are longer run over. */
  readonly lineWidth: number
  /** Write `// @[file:line]` behind declarations, assignments and processes. */
  readonly sourceComments: boolean
}

/** Where an emitted line comes from. */
export interface LineSource {
  /** Line of the emitted file, from 1. */
  readonly line: number
  readonly file: string
  readonly sourceLine: number
}

const indentStep = 2
const continuationIndent = 4

/** How an expression is written on its line. */
export interface ExpressionLook {
  /** It is a condition. */
  readonly truth?: boolean
  readonly place?: Place | undefined
  /** Write the place behind it. */
  readonly comment?: boolean
}

/** Lines of one file, and where they come from. */
export class Writer {
  readonly lines: string[] = []
  readonly sources: LineSource[] = []
  #indent = 0

  constructor(readonly options: PrintOptions) {}

  get indent(): number {
    return this.#indent
  }

  indented(body: () => void): void {
    this.#indent += indentStep
    body()
    this.#indent -= indentStep
  }

  blank(): void {
    if (this.lines.length > 0 && this.lines.at(-1) !== '') this.lines.push('')
  }

  /** A line at the margin, for the preprocessor. */
  directive(text: string): void {
    this.lines.push(text)
  }

  /** A line, with its place in the source map, and behind it when `comment` says so and it fits. */
  line(text: string, place?: Place | undefined, comment = false): void {
    const source = place?.line
    const full = ' '.repeat(this.#indent) + text
    this.lines.push(full)
    if (source === undefined) return
    this.sources.push({ line: this.lines.length, file: source.file, sourceLine: source.line })
    if (comment) this.#append(sourceComment(source.file, source.line))
  }

  /** Lines with their sources behind them in one column, where they fit. */
  aligned(lines: readonly { readonly text: string; readonly place: Place | undefined }[]): void {
    const widest = Math.max(0, ...lines.map(({ text }) => text.length))
    for (const { text, place } of lines) {
      const comment =
        place?.line === undefined ? '' : sourceComment(place.line.file, place.line.line)
      const padded = this.#indent + widest + 2 + comment.length <= this.options.lineWidth
      this.line(text, place)
      if (comment !== '') this.#append(comment, padded ? widest - text.length : 0)
    }
  }

  comment(text: string): void {
    for (const line of commentLines(text, this.options.lineWidth - this.#indent)) this.line(line)
  }

  /** `prefix expression suffix`, broken between operands where it is too long for one line. */
  expression(
    prefix: string,
    expression: SvExpression,
    suffix: string,
    look: ExpressionLook = {},
  ): void {
    const first = this.lines.length + 1
    const room = this.options.lineWidth - this.#indent - suffix.length
    const parts = pieces(expression, look.truth ?? false, room - prefix.length)
    const margin = ' '.repeat(this.#indent + continuationIndent)
    let current = ' '.repeat(this.#indent) + prefix
    let isEmpty = true
    for (const [position, part] of parts.entries()) {
      const end = position === parts.length - 1 ? suffix : ''
      const length = current.length + (isEmpty ? 0 : 1) + part.text.length + end.length
      if (!isEmpty && (part.ownLine || length > this.options.lineWidth)) {
        this.lines.push(current)
        current = margin + part.text + end
      } else {
        current += (isEmpty ? '' : ' ') + part.text + end
      }
      isEmpty = false
    }
    this.lines.push(current)
    const source = look.place?.line
    if (source === undefined) return
    for (let line = first; line <= this.lines.length; line++) {
      this.sources.push({ line, file: source.file, sourceLine: source.line })
    }
    if (look.comment) this.#append(sourceComment(source.file, source.line))
  }

  /** `prefix value;`, with parentheses around a comparison. */
  assignment(prefix: string, value: SvExpression, look: ExpressionLook): void {
    if (isComparison(value)) this.expression(`${prefix}(`, value, ');', look)
    else this.expression(prefix, value, ';', look)
  }

  #append(comment: string, padding = 0): void {
    const last = this.lines.length - 1
    const text = `${this.lines[last]}${' '.repeat(padding + 2)}${comment}`
    if (this.options.sourceComments && text.length <= this.options.lineWidth)
      this.lines[last] = text
  }
}

/** The form that no tool takes for a directive, whatever the file is called. */
export function sourceComment(file: string, line: number): string {
  return `// @[${file.replace(/[^\x20-\x7e]/g, '?')}:${line}]`
}

const directives = /^(verilator|synopsys|synthesis|pragma|cadence|xilinx|altera|quartus)\b/i

/**
 * Comment lines for a line of text, broken between words. Tools read comments that begin with certain
 * words as directives, so those get a dash first.
 */
export function commentLines(text: string, width: number): string[] {
  const plain = text.replace(/[^\x20-\x7e]/g, '?').trimEnd()
  const lines: string[] = []
  let line = ''
  for (const word of plain.split(/(?<=\S)\s+/)) {
    if (line !== '' && line.length + word.length + 4 > width) {
      lines.push(line)
      line = `  ${word}`
    } else {
      line += line === '' ? word : ` ${word}`
    }
  }
  lines.push(line)
  return lines.map((content) => {
    const dash = directives.test(content.trimStart()) ? '- ' : ''
    return `// ${dash}${content}`.trimEnd()
  })
}
