/** Vector sweeps, by their number in an instruction. */
export const vectorOperations = [
  'embed',
  'residual',
  'query',
  'key',
  'value',
  'swiglu',
  'head',
] as const
export type VectorOperation = (typeof vectorOperations)[number]

/** What an instruction starts. */
export type Action =
  | {
      /** A sweep of the L array; its results go to the result memory from beat `results` on. */
      readonly unit: 'sweep'
      readonly order: number
      readonly codeBase: number
      readonly scaleBase: number
      readonly bank: number
      readonly results: number
    }
  | {
      /** A vector sweep over `beats` beats of the result memory, `interval` cycles apart. */
      readonly unit: 'vector'
      readonly operation: VectorOperation
      readonly beats: number
      readonly interval: number
      readonly results: number
      /** First beat of norm weights; for `key` the layer. */
      readonly table: number
    }
  | {
      /** A sweep of the A units of adapters, which gives so many vectors. */
      readonly unit: 'adapter'
      readonly order: number
      readonly codeBase: number
      readonly scaleBase: number
      readonly bank: number
      readonly vectors: number
    }
  | { readonly unit: 'attend' }
  /** Goes on after as many cycles as the attention sweep takes for the positions before this one. */
  | { readonly unit: 'positions' }
  /** The token is done, unless the chip is to give the next one. */
  | { readonly unit: 'prompt-end' }
  /** The token is done, and the next one is there. */
  | { readonly unit: 'end' }

export type Unit = Action['unit']
export const units = [
  'sweep',
  'vector',
  'attend',
  'positions',
  'prompt-end',
  'end',
  'adapter',
] as const

/** Units whose instructions have operands. */
export const operandUnits = ['sweep', 'vector', 'adapter'] as const
export type OperandUnit = (typeof operandUnits)[number]

/** An action and the cycle in which the controller starts it, counted from the token's start at position 0. */
export interface Instruction {
  readonly cycle: number
  readonly action: Action
}

interface Field {
  readonly name: string
  readonly width: number
}

/** Where the fields of an instruction word lie, from bit 0 on; the operands of the units overlap. */
export interface ProgramLayout {
  /** Cycles until the next instruction, less one. */
  readonly delay: Field
  readonly unit: Field
  readonly operands: Readonly<Record<OperandUnit, readonly Field[]>>
  readonly width: number
}

const unitBits = 3

function operandValues(action: Action): readonly (readonly [string, number])[] {
  switch (action.unit) {
    case 'sweep':
      return [
        ['order', action.order],
        ['code_base', action.codeBase],
        ['scale_base', action.scaleBase],
        ['bank', action.bank],
        ['results', action.results],
      ]
    case 'vector':
      return [
        ['operation', vectorOperations.indexOf(action.operation)],
        ['beats', action.beats],
        ['interval', action.interval],
        ['results', action.results],
        ['table', action.table],
      ]
    case 'adapter':
      return [
        ['order', action.order],
        ['code_base', action.codeBase],
        ['scale_base', action.scaleBase],
        ['bank', action.bank],
        ['last_vector', action.vectors - 1],
      ]
    default:
      return []
  }
}

function bitsFor(value: number): number {
  return Math.max(1, Math.ceil(Math.log2(value + 1)))
}

/** The narrowest layout for a program. */
export function programLayout(program: readonly Instruction[]): ProgramLayout {
  const fieldsOf = (unit: Unit): Field[] => {
    const widths = new Map<string, number>()
    for (const { action } of program) {
      if (action.unit !== unit) continue
      for (const [name, value] of operandValues(action)) {
        widths.set(name, Math.max(widths.get(name) ?? 1, bitsFor(value)))
      }
    }
    return [...widths].map(([name, width]) => ({ name, width }))
  }
  const delay = { name: 'delay', width: bitsFor(Math.max(...delaysOf(program)) - 1) }
  const operands = {
    sweep: fieldsOf('sweep'),
    vector: fieldsOf('vector'),
    adapter: fieldsOf('adapter'),
  }
  const total = (fields: readonly Field[]) => fields.reduce((sum, { width }) => sum + width, 0)
  return {
    delay,
    unit: { name: 'unit', width: unitBits },
    operands,
    width: delay.width + unitBits + Math.max(...Object.values(operands).map(total)),
  }
}

function delaysOf(program: readonly Instruction[]): number[] {
  return program.map(({ cycle }, i) => (program[i + 1]?.cycle ?? cycle + 1) - cycle)
}

/** The words of the program ROM. */
export function encodeProgram(program: readonly Instruction[], layout: ProgramLayout): bigint[] {
  const delays = delaysOf(program)
  return program.map(({ action }, i) => {
    let word = 0n
    let at = 0n
    const put = (value: number, width: number) => {
      word |= BigInt(value) << at
      at += BigInt(width)
    }
    put(delays[i]! - 1, layout.delay.width)
    put(units.indexOf(action.unit), layout.unit.width)
    const values = new Map(operandValues(action))
    const unit = operandUnits.find((unit) => unit === action.unit)
    if (unit !== undefined) {
      for (const { name, width } of layout.operands[unit]) put(values.get(name)!, width)
    }
    return word
  })
}
