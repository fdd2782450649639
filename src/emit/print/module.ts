import type { AttributeNode } from '../../hdl/ir/module-node.js'
import type { SvLiteral } from '../printable/expression.js'
import type {
  SvCheck,
  SvChecks,
  SvInstance,
  SvItem,
  SvMemory,
  SvModule,
  SvSection,
  SvSequential,
  SvTable,
} from '../printable/module.js'
import type { Net } from '../printable/net.js'
import { printLiteral } from './expression.js'
import { printBranches, printStatements } from './statements.js'
import { type LineSource, type PrintOptions, Writer } from './writer.js'

export interface PrintedModule {
  readonly text: string
  /** Emitted lines with the author's lines they come from, in order. */
  readonly sources: readonly LineSource[]
}

/** The text of one module, one file. */
export function printModule(module: SvModule, options: PrintOptions): PrintedModule {
  const writer = new Writer(options)
  for (const line of module.header) writer.comment(line)
  writer.blank()
  printPorts(writer, module)
  for (const section of module.sections) {
    writer.blank()
    writer.indented(() => printSection(writer, section))
  }
  writer.blank()
  writer.line('endmodule')
  return { text: `${writer.lines.join('\n')}\n`, sources: writer.sources }
}

function printPorts(writer: Writer, module: SvModule): void {
  const attributes = printAttributes(module.attributes)
  if (attributes !== '') writer.line(attributes.trimEnd())
  if (module.ports.length === 0) {
    writer.line(`module ${module.name};`, module.place, true)
    return
  }
  const parameters = Object.entries(module.parameters)
  if (parameters.length > 0) {
    writer.line(`module ${module.name} #(`, module.place, true)
    printList(writer, parameters, ([name, value]) => {
      const type = typeof value === 'string' ? '' : Number.isInteger(value) ? 'int ' : 'real '
      return `parameter ${type}${name} = ${printConstant(value)}`
    })
    writer.line(') (')
  } else {
    writer.line(`module ${module.name} (`, module.place, true)
  }
  const widest = Math.max(...module.ports.map(({ net }) => netType(net).length))
  writer.indented(() =>
    writer.aligned(
      module.ports.map(({ direction, net }, position) => {
        const comma = position === module.ports.length - 1 ? '' : ','
        const declaration = `${direction.padEnd(6)} ${netType(net).padEnd(widest)} ${net.name}${comma}`
        return { text: printAttributes(net.attributes) + declaration, place: net.place }
      }),
    ),
  )
  writer.line(');')
}

/** Declarations that follow each other are aligned; a process stands apart from what is before it. */
function printSection(writer: Writer, section: SvSection): void {
  for (let from = 0; from < section.length; ) {
    const item = section[from]!
    let to = from + 1
    while (section[to]?.kind === item.kind) to++
    const run = section.slice(from, to)
    if (item.kind === 'declare') {
      printDeclarations(
        writer,
        run.flatMap((each) => (each.kind === 'declare' ? each.net : [])),
      )
    } else if (item.kind === 'localparam') {
      printLocalparams(
        writer,
        run.flatMap((each) => (each.kind === 'localparam' ? each.value : [])),
      )
    } else {
      for (const [position, each] of run.entries()) {
        const before = section[from + position - 1]
        const apart = before !== undefined && (isBlock(each) || isBlock(before))
        if (apart && before.kind !== 'comment') writer.blank()
        printItem(writer, each)
      }
    }
    from = to
  }
}

function isBlock({ kind }: SvItem): boolean {
  return (
    kind === 'combinational' || kind === 'sequential' || kind === 'table' || kind === 'instance'
  )
}

function printDeclarations(writer: Writer, nets: readonly Net[]): void {
  const widest = Math.max(...nets.map((net) => netType(net).length))
  writer.aligned(
    nets.map((net) => ({
      text: `${printAttributes(net.attributes)}${netType(net).padEnd(widest)} ${net.name};`,
      place: net.place,
    })),
  )
}

function printLocalparams(writer: Writer, values: readonly SvLiteral[]): void {
  const widest = Math.max(...values.map(({ label }) => label!.length))
  for (const value of values) {
    const digits = printLiteral({ ...value, label: undefined })
    writer.line(
      `localparam ${vectorType(value.width, false)} ${value.label!.padEnd(widest)} = ${digits};`,
    )
  }
}

function printItem(writer: Writer, item: SvItem): void {
  switch (item.kind) {
    case 'comment':
      writer.comment(item.text)
      break
    case 'declare':
      printDeclarations(writer, [item.net])
      break
    case 'localparam':
      printLocalparams(writer, [item.value])
      break
    case 'unusedParameter':
      writer.line(`localparam unused_${item.parameter} = ${item.parameter};`)
      break
    case 'assign': {
      const look = { place: item.place, comment: true }
      writer.assignment(`assign ${item.target.name} = `, item.value, look)
      break
    }
    case 'combinational':
      writer.line('always_comb begin', item.place, true)
      writer.indented(() => printStatements(writer, item.body, '='))
      writer.line('end')
      break
    case 'sequential':
      printSequential(writer, item)
      break
    case 'memory':
      printMemory(writer, item)
      break
    case 'table':
      printTable(writer, item)
      break
    case 'instance':
      printInstance(writer, item)
      break
    case 'checks':
      printChecks(writer, item)
      break
  }
}

function printSequential(writer: Writer, { clock, reset, body }: SvSequential): void {
  if (reset === undefined) {
    writer.line(`always_ff @(posedge ${clock.name}) begin`)
    writer.indented(() => printStatements(writer, body, '<='))
    writer.line('end')
    return
  }
  const edge = `${reset.activeLow ? 'negedge' : 'posedge'} ${reset.net.name}`
  const events =
    reset.style === 'async' ? `posedge ${clock.name} or ${edge}` : `posedge ${clock.name}`
  writer.line(`always_ff @(${events}) begin`)
  writer.indented(() => {
    writer.line(`if (${reset.activeLow ? '!' : ''}${reset.net.name}) begin`)
    writer.indented(() => printStatements(writer, reset.body, '<='))
    const [only] = body
    if (body.length === 1 && only?.kind === 'if' && only.otherwise.length === 0) {
      printBranches(writer, only, '<=', 'end else if')
    } else if (body.length > 0) {
      writer.line('end else begin')
      writer.indented(() => printStatements(writer, body, '<='))
    }
    writer.line('end')
  })
  writer.line('end')
}

function printMemory(writer: Writer, memory: SvMemory): void {
  const { name, width, depth, image, place } = memory
  const attributes = printAttributes(memory.attributes)
  writer.line(`${attributes}${vectorType(width, false)} ${name} [0:${depth - 1}];`, place, true)
  if (image !== undefined) writer.line(`initial $readmemh("${image.path}", ${name});`)
}

function printTable(writer: Writer, { address, data, contents, place }: SvTable): void {
  writer.line('always_comb begin', place, true)
  writer.indented(() => {
    writer.line(`case (${address.name})`)
    writer.indented(() => {
      const words = Math.min(contents.depth, 2 ** Math.min(address.width, 52))
      const widest = Math.max(`${address.width}'d${words - 1}:`.length, 'default:'.length)
      const assignWord = (label: string, word: bigint) =>
        writer.line(`${label.padEnd(widest)} ${data.name} = ${printWord(word, contents.width)};`)
      for (let at = 0; at < words; at++) assignWord(`${address.width}'d${at}:`, contents.word(at))
      assignWord('default:', 0n)
    })
    writer.line('endcase')
  })
  writer.line('end')
}

/** All digits of a word, so that the words of a table stand below each other. */
function printWord(word: bigint, width: number): string {
  if (width === 1) return `1'b${word}`
  return `${width}'h${word.toString(16).padStart(Math.ceil(width / 4), '0')}`
}

function printInstance(writer: Writer, instance: SvInstance): void {
  const { module, name, place } = instance
  const attributes = printAttributes(instance.attributes)
  const parameters = Object.entries(instance.parameters)
  const head = `${attributes}${module} `
  if (parameters.length > 0) {
    writer.line(`${head}#(`)
    printList(writer, parameters, ([parameter, value]) => `.${parameter}(${printConstant(value)})`)
  }
  const open = `${parameters.length > 0 ? ') ' : head}${name} (`
  writer.line(open, place, true)
  const widest = Math.max(0, ...instance.connections.map(({ port }) => port.length))
  writer.indented(() => {
    for (const [position, { port, value }] of instance.connections.entries()) {
      const end = position === instance.connections.length - 1 ? ')' : '),'
      writer.expression(`.${port.padEnd(widest)} (`, value, end)
    }
  })
  writer.line(');')
}

function printChecks(writer: Writer, { wires, groups }: SvChecks): void {
  writer.directive('`ifndef SYNTHESIS')
  printSection(writer, wires)
  for (const { clock, reset, checks } of groups) {
    writer.line(`always @(posedge ${clock.name}) begin`)
    writer.indented(() => {
      if (reset === undefined) {
        printCheckList(writer, checks)
        return
      }
      writer.line(`if (${reset.activeLow ? '' : '!'}${reset.net.name}) begin`)
      writer.indented(() => printCheckList(writer, checks))
      writer.line('end')
    })
    writer.line('end')
  }
  writer.directive('`endif')
}

/** Yosys takes no `else` behind an assertion, and reads assertions for formal runs only. */
function printCheckList(writer: Writer, checks: readonly SvCheck[]): void {
  const claims = checks.filter(({ kind }) => kind !== 'cover')
  if (claims.length > 0) {
    writer.directive('`ifdef FORMAL')
    for (const check of claims) printCheck(writer, check, '')
    writer.directive('`else')
    for (const check of claims) {
      printCheck(writer, check, ` else $error("${escapeString(check.name)}")`)
    }
    writer.directive('`endif')
  }
  for (const check of checks) if (check.kind === 'cover') printCheck(writer, check, '')
}

function printCheck(writer: Writer, { kind, condition, place }: SvCheck, failure: string): void {
  const look = { truth: true, place, comment: failure === '' }
  writer.expression(`${kind} (`, condition, `)${failure};`, look)
}

function printList<T>(writer: Writer, list: readonly T[], print: (element: T) => string): void {
  writer.indented(() => {
    for (const [position, element] of list.entries()) {
      writer.line(print(element) + (position === list.length - 1 ? '' : ','))
    }
  })
}

function netType(net: Net): string {
  return vectorType(net.width, net.signed)
}

function vectorType(width: number, signed: boolean): string {
  const range = width === 1 ? '' : ` [${width - 1}:0]`
  return `logic${signed ? ' signed' : ''}${range}`
}

function printAttributes(attributes: readonly AttributeNode[]): string {
  if (attributes.length === 0) return ''
  const list = attributes.map(({ name, value }) =>
    value === 1 ? name : `${name} = ${printConstant(value)}`,
  )
  return `(* ${list.join(', ')} *) `
}

function printConstant(value: number | string): string {
  return typeof value === 'number' ? String(value) : `"${escapeString(value)}"`
}

function escapeString(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')
}
