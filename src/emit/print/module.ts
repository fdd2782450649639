import type { AttributeNode } from '../../hdl/ir/module-node.js'
import type {
  SvCheck,
  SvChecks,
  SvInstance,
  SvItem,
  SvMemory,
  SvModule,
  SvSequential,
  SvTable,
} from '../printable/module.js'
import type { Net } from '../printable/net.js'
import { printLiteral } from './expression.js'
import { printStatements } from './statements.js'
import { commentLine, type LineSource, type PrintOptions, Writer } from './writer.js'

export interface PrintedModule {
  readonly text: string
  /** Emitted lines with the author's lines they come from, in order. */
  readonly sources: readonly LineSource[]
}

/** The text of one module, one file. */
export function printModule(module: SvModule, options: PrintOptions): PrintedModule {
  const writer = new Writer(options)
  for (const line of module.header) writer.line(commentLine(line))
  writer.blank()
  printPorts(writer, module)
  for (const section of module.sections) {
    writer.blank()
    writer.indented(() => {
      for (const item of section) printItem(writer, item)
    })
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
  const types = module.ports.map(({ net }) => netType(net))
  const widest = Math.max(...types.map((type) => type.length))
  writer.indented(() => {
    for (const [position, { direction, net }] of module.ports.entries()) {
      const comma = position === module.ports.length - 1 ? '' : ','
      const declaration = `${direction.padEnd(6)} ${types[position]!.padEnd(widest)} ${net.name}${comma}`
      writer.line(printAttributes(net.attributes) + declaration, net.place, true)
    }
  })
  writer.line(');')
}

function printItem(writer: Writer, item: SvItem): void {
  switch (item.kind) {
    case 'comment':
      writer.line(commentLine(item.text))
      break
    case 'declare': {
      const attributes = printAttributes(item.net.attributes)
      writer.line(`${attributes}${netType(item.net)} ${item.net.name};`, item.net.place, true)
      break
    }
    case 'localparam': {
      const { width, value, label } = item.value
      const digits = printLiteral(width, value, false)
      writer.line(`localparam ${vectorType(width, false)} ${label} = ${digits};`)
      break
    }
    case 'unusedParameter':
      writer.line(`localparam unused_${item.parameter} = ${item.parameter};`)
      break
    case 'assign': {
      const look = { place: item.place, comment: true }
      writer.expression(`assign ${item.target.name} = `, item.value, ';', look)
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
    writer.line('end else begin')
    writer.indented(() => printStatements(writer, body, '<='))
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
      for (let at = 0; at < words; at++) {
        const word = printWord(contents.word(at), contents.width)
        writer.line(`${address.width}'d${at}: ${data.name} = ${word};`)
      }
      writer.line(`default: ${data.name} = ${printWord(0n, contents.width)};`)
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
  for (const wire of wires) printItem(writer, wire)
  for (const { clock, reset, checks } of groups) {
    writer.line(`always @(posedge ${clock.name}) begin`)
    writer.indented(() => {
      if (reset === undefined) {
        for (const check of checks) printCheck(writer, check)
        return
      }
      writer.line(`if (${reset.activeLow ? '' : '!'}${reset.net.name}) begin`)
      writer.indented(() => {
        for (const check of checks) printCheck(writer, check)
      })
      writer.line('end')
    })
    writer.line('end')
  }
  writer.directive('`endif')
}

/** Yosys takes no `else` behind an assertion, and reads assertions for formal runs only. */
function printCheck(writer: Writer, { kind, name, condition, place }: SvCheck): void {
  const look = { truth: true, place, comment: true }
  if (kind === 'cover') {
    writer.expression('cover (', condition, ');', look)
    return
  }
  writer.directive('`ifdef FORMAL')
  writer.expression(`${kind} (`, condition, ');', look)
  writer.directive('`else')
  writer.expression(`${kind} (`, condition, `) else $error("${escapeString(name)}");`, {
    truth: true,
    place,
  })
  writer.directive('`endif')
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
  const list = attributes.map(({ name, value }) => `${name} = ${printConstant(value)}`)
  return `(* ${list.join(', ')} *) `
}

function printConstant(value: number | string): string {
  return typeof value === 'number' ? String(value) : `"${escapeString(value)}"`
}

function escapeString(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')
}
