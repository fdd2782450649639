import type { EmittedDesign, EmittedPort } from '../../emit/emitted-design.js'
import { portWords } from '../engine.js'
import { portTableHash } from '../recording-format.js'
import { recordLayout } from '../recording-layout.js'
import { fillTemplate, readBenchFile } from './bench-files.js'
import { hasFallingEdges } from './falling-edges.js'

/** C++ that gives the harness access to the ports of the verilated bench, from `model.cpp.in`. */
export function modelSource(design: EmittedDesign): string {
  const { ports } = design
  const layout = recordLayout(ports)
  const [hashLow, hashHigh] = portTableHash(ports)
  const lines = (
    select: (port: EmittedPort, index: number, offset: number) => string | undefined,
  ) =>
    ports
      .map((port, index) => select(port, index, layout.offsets[index]!))
      .filter((line) => line !== undefined)
      .join('\n')
  return fillTemplate(readBenchFile('verilator/model.cpp.in'), {
    PORT_TABLE: lines(
      (port, _, offset) =>
        `    {${JSON.stringify(port.name)}, PortKind::${portKind(port)}, ${port.width}, ${Math.max(offset, 0)}},`,
    ),
    APPLY_INPUTS: lines((port, index, offset) =>
      port.direction === 'input' && offset >= 0 ? applyInput(port, index, offset) : undefined,
    ),
    READ_OUTPUTS: lines((port, index, offset) =>
      port.direction === 'output' ? readOutput(port, index, offset) : undefined,
    ),
    SET_CLOCK: lines((port, index) =>
      portKind(port) === 'Clock'
        ? `        case ${index}: top.p${index} = level; break;`
        : undefined,
    ),
    NAME: JSON.stringify(design.top),
    PORT_COUNT: String(ports.length),
    INPUT_WORDS: String(layout.inputWords),
    OUTPUT_WORDS: String(layout.outputWords),
    PORT_HASH: `${hex(hashLow)}, ${hex(hashHigh)}`,
    FALLING_EDGES: String(hasFallingEdges(design)),
  })
}

function portKind(port: EmittedPort): 'Clock' | 'Reset' | 'Data' | 'Output' {
  if (port.direction === 'output') return 'Output'
  if (port.role === 'clock') return 'Clock'
  return port.role === 'reset' ? 'Reset' : 'Data'
}

/** Verilator keeps up to 32 bits in one word, up to 64 in one 64-bit word, and more in an array of words. */
function applyInput(port: EmittedPort, index: number, offset: number): string {
  const signal = `top.p${index}`
  const words = portWords(port)
  const masked = (word: number) => {
    const bits = Math.min(32, port.width - word * 32)
    const mask = bits === 32 ? '' : ` & ${hex(2 ** bits - 1)}`
    return `record[${offset + word}]${mask}`
  }
  if (words === 1) return `        ${signal} = ${masked(0)};`
  if (words === 2) {
    return `        ${signal} = static_cast<uint64_t>(${masked(1)}) << 32 | ${masked(0)};`
  }
  const low = `        for (int i = 0; i < ${words - 1}; ++i) ${signal}[i] = record[${offset} + i];`
  return `${low}\n        ${signal}[${words - 1}] = ${masked(words - 1)};`
}

function readOutput(port: EmittedPort, index: number, offset: number): string {
  const signal = `top.p${index}`
  const words = portWords(port)
  if (words === 1) return `        record[${offset}] = ${signal};`
  if (words === 2) {
    return [
      `        record[${offset}] = static_cast<uint32_t>(${signal});`,
      `        record[${offset + 1}] = static_cast<uint32_t>(${signal} >> 32);`,
    ].join('\n')
  }
  return `        for (int i = 0; i < ${words}; ++i) record[${offset} + i] = ${signal}[i];`
}

function hex(word: number): string {
  return `0x${word.toString(16)}u`
}
