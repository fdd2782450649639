import { missingTool, type ToolName } from '../../src/common/tools.js'
import type { EmittedDesign } from '../../src/emit/index.js'
import { ModuleInterpreter } from '../../src/hdl/testing/module-interpreter.js'
import { openEmbedded } from '../../src/sim/embedded/index.js'
import type { Engine } from '../../src/sim/index.js'
import { openIverilog } from '../../src/sim/iverilog/index.js'
import {
  buildVerilator,
  openVerilator,
  removeExecutable,
  soundOptimisations,
} from '../../src/sim/verilator/index.js'
import type { Yosys } from '../../src/synth/yosys.js'
import type { Batch } from './batch.js'
import { lintWithNative, lintWithYosys } from './lint.js'
import { type YosysNetlists, yosysNetlists } from './netlist.js'
import type { Stimulus } from './stimulus.js'

/**
 * What is compared with the embedded simulator, and what must say nothing; first those that wait for
 * processes of their own.
 */
export const oracleNames = [
  'verilator',
  'netlist',
  'gates',
  'yosys-lint',
  'interpreter',
  'iverilog',
  'verilator-lint',
  'iverilog-lint',
] as const

export type OracleName = (typeof oracleNames)[number]

/** The native programs that an oracle needs. */
export const oracleTools: Readonly<Record<OracleName, readonly ToolName[]>> = {
  verilator: ['verilator', 'g++'],
  netlist: ['iverilog', 'vvp'],
  gates: ['iverilog', 'vvp'],
  'yosys-lint': [],
  interpreter: [],
  iverilog: ['iverilog', 'vvp'],
  'verilator-lint': ['verilator'],
  'iverilog-lint': ['iverilog'],
}

/** `verilator not found` when the oracle cannot be asked on this machine. */
export function missingFor(name: OracleName): string | undefined {
  return missingTool(oracleTools[name])
}

/** What the oracles are given. */
export class Subject {
  #netlists: Promise<YosysNetlists> | undefined

  /** @param emitted what the tools read in place of what `batch` says */
  constructor(
    readonly batch: Batch,
    readonly emitted: EmittedDesign,
    readonly stimulus: Stimulus,
    readonly yosys: Yosys,
  ) {}

  netlists(): Promise<YosysNetlists> {
    this.#netlists ??= yosysNetlists(this.emitted, this.yosys)
    return this.#netlists
  }
}

/** Output records of the embedded simulator, which the others are compared with. */
export function embeddedResponse({ batch, stimulus }: Subject): Uint32Array {
  return responseOf(openEmbedded(batch.design.flat), stimulus)
}

/** Cycles that the interpreter and the gates run; they are slow. */
const shortCycles = 10

/** More than a busy machine needs; a simulation that takes longer oscillates. */
function icarusSeconds({ batch }: Subject): number {
  return 60 + 10 * batch.circuits.length
}

/**
 * Output records of a simulating oracle, at least of the first cycles; undefined for linters.
 *
 * @throws Error when a tool refuses the design
 */
export async function oracleResponse(
  name: OracleName,
  subject: Subject,
): Promise<Uint32Array | undefined> {
  const { emitted, stimulus } = subject
  switch (name) {
    case 'interpreter':
      return interpretedResponse(subject)
    case 'verilator': {
      const executable = await buildVerilator(emitted, {
        verilatorFlags: [...soundOptimisations, '--x-assign', 'unique'],
        compilerFlags: ['-O0'],
      })
      try {
        return responseOf(openVerilator(executable), stimulus)
      } finally {
        removeExecutable(executable)
      }
    }
    case 'iverilog':
      return responseOf(openIverilog(emitted, { timeoutSeconds: icarusSeconds(subject) }), stimulus)
    case 'netlist':
    case 'gates': {
      const netlists = await subject.netlists()
      return responseOf(
        openIverilog(netlists[name], { timeoutSeconds: icarusSeconds(subject) }),
        name === 'gates' ? shortened(stimulus) : stimulus,
      )
    }
    default:
      return undefined
  }
}

/** Everything that a linting oracle prints; empty for simulators. */
export async function oracleMessages(
  name: OracleName,
  { emitted, yosys }: Subject,
): Promise<readonly string[]> {
  switch (name) {
    case 'verilator-lint':
      return lintWithNative('verilator', ['--lint-only', '-Wall', '--top-module'], emitted)
    case 'iverilog-lint':
      return lintWithNative('iverilog', ['-g2012', '-Wall', '-tnull', '-s'], emitted)
    case 'yosys-lint':
      return lintWithYosys(emitted, yosys)
    default:
      return []
  }
}

function responseOf(engine: Engine, { cycles, words }: Stimulus): Uint32Array {
  try {
    const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
    return engine.runVectors({ clockPort, cycles, stimulus: words })
  } finally {
    engine.close()
  }
}

function shortened({ cycles, words }: Stimulus): Stimulus {
  const fewer = Math.min(shortCycles, cycles)
  return { cycles: fewer, words: words.subarray(0, (words.length / cycles) * fewer) }
}

function interpretedResponse({ batch, emitted, stimulus }: Subject): Uint32Array {
  const interpreter = new ModuleInterpreter(batch.written)
  const driven = emitted.ports.filter(
    ({ direction, role }) => direction === 'input' && role !== 'clock',
  )
  const words: number[] = []
  let at = 0
  for (let cycle = 0; cycle < Math.min(shortCycles, stimulus.cycles); cycle++) {
    for (const { name, width } of driven) {
      let value = 0n
      for (let low = 0; low < width; low += 32) {
        value |= BigInt(stimulus.words[at++]!) << BigInt(low)
      }
      interpreter.set(name, value)
    }
    for (const { name, width, direction } of emitted.ports) {
      if (direction !== 'output') continue
      const value = interpreter.get(name)
      for (let low = 0; low < width; low += 32) {
        words.push(Number((value >> BigInt(low)) & 0xffff_ffffn))
      }
    }
    interpreter.tick()
  }
  return Uint32Array.from(words)
}
