import { createHash } from 'node:crypto'
import {
  type OperandUnit,
  type ProgramLayout,
  type Unit,
  units,
  type VectorOperation,
  vectorOperations,
} from '../../src/compiler/program.js'
import {
  bool,
  defineModule,
  input,
  mux,
  output,
  RomContents,
  streamInput,
  streamOutput,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { fitted } from '../common/fitted.js'
import { optionalPorts } from '../common/optional-ports.js'
import { signatureChain, signatureChainPorts } from '../self-test/ports.js'

export interface ControllerParameters {
  readonly layout: ProgramLayout
  /** The program's words. */
  readonly program: readonly bigint[]
  readonly vocabulary: number
  /** Positions of the KV cache. */
  readonly positions: number
  readonly layers: number
  /** Cycles that the attention sweep takes for each earlier position, at least 1. */
  readonly positionCycles: number
  /**
   * A token aligns an odd number of vectors: the banks of activation memory, which take vectors in turn, have changed
   * places at the next token.
   */
  readonly swapsBanks: boolean
  /** Cycles after `prompt-end` until the next token may start, at least 1. */
  readonly settleCycles: number
  /** The program has a signature, of chips with a self-test (docs/self-test.md). */
  readonly selfTest?: true
}

/** Bits of a token at the ports: whole bytes. */
export function tokenBits(vocabulary: number): number {
  return Math.max(16, Math.ceil(Math.log2(vocabulary) / 8) * 8)
}

/** Bits of an instruction's field; one when no instruction has it. */
export function fieldWidth({ operands }: ProgramLayout, unit: OperandUnit, name: string): number {
  return operands[unit].find((field) => field.name === name)?.width ?? 1
}

/**
 * Runs the program once a token. A request is the tokens of a prompt, `tlast` with the last; the answer is a
 * stream of tokens, the last one marked. The answer ends with `max_tokens_i` tokens (0: no limit), with
 * `stop_token_i` when `stop_enable_i`, or when the cache is full. A prompt that does not fit the cache is swallowed
 * without an answer and sets `overflow_o` until the next request.
 *
 * A prompt starts at position 0, or with `keep_cache_i` in the cycle of its first token behind the last token that the
 * chip took in: one of a prompt, or any of an answer but its last.
 *
 * Starts and operands come one clock edge after the instruction's cycle.
 *
 * With `hold_i` no request begins. An address of a self-test may come while `busy_o` is 0 and `hold_i` is 1.
 */
export function controller(parameters: ControllerParameters) {
  const {
    layout,
    program,
    vocabulary,
    positions,
    layers,
    positionCycles,
    swapsBanks,
    settleCycles,
    selfTest,
  } = parameters
  const hasAdapters = layout.operands.adapter.length > 0
  const token = uint(tokenBits(vocabulary))
  const contents = RomContents.fromWords(layout.width, [...program])
  const sweepField = (name: string) => uint(fieldWidth(layout, 'sweep', name))
  const vectorField = (name: string) => uint(fieldWidth(layout, 'vector', name))
  const adapterField = (name: string) => uint(fieldWidth(layout, 'adapter', name))
  const hash = createHash('sha256').update(contents.hash).digest('hex').slice(0, 8)
  return defineModule(
    `controller_${program.length}_${hash}${selfTest ? '_st' : ''}`,
    {
      s_axis_prompt: streamInput(token, { last: true }),
      m_axis_token: streamOutput(token, { last: true }),
      max_tokens_i: input(uint(32)),
      stop_token_i: input(token),
      stop_enable_i: input(bool),
      keep_cache_i: input(bool),
      busy_o: output(bool),
      overflow_o: output(bool),
      sweep_start_o: output(bool),
      sweep_order_o: output(sweepField('order')),
      sweep_code_base_o: output(sweepField('code_base')),
      sweep_scale_base_o: output(sweepField('scale_base')),
      sweep_bank_o: output(bool),
      sweep_results_o: output(sweepField('results')),
      vector_start_o: output(bool),
      vector_operation_o: output(vectorField('operation')),
      vector_beats_o: output(vectorField('beats')),
      vector_interval_o: output(vectorField('interval')),
      vector_results_o: output(vectorField('results')),
      vector_table_o: output(vectorField('table')),
      attend_start_o: output(bool),
      layer_o: output(indexType(layers)),
      position_o: output(indexType(positions)),
      token_o: output(indexType(vocabulary)),
      token_i: input(indexType(vocabulary)),
      ...optionalPorts(hasAdapters || undefined, () => ({
        /** The first instruction of a token is issued. */
        token_start_o: output(bool),
        adapter_start_o: output(bool),
        adapter_order_o: output(adapterField('order')),
        adapter_code_base_o: output(adapterField('code_base')),
        adapter_scale_base_o: output(adapterField('scale_base')),
        adapter_bank_o: output(bool),
        adapter_last_vector_o: output(adapterField('last_vector')),
      })),
      ...optionalPorts(selfTest, () => ({
        hold_i: input(bool),
        self_test_address_i: input(indexType(program.length)),
        self_test_program_i: input(bool),
        ...signatureChainPorts,
      })),
    },
    (m, ports) => {
      const { s_axis_prompt: prompt, m_axis_token: answer } = ports
      const phase = m.stateMachine(
        'phase',
        ['fetch', 'run', 'skip', 'respond', 'settle', 'drain'],
        {
          initial: 'fetch',
        },
      )
      const address = m.register('program_counter', indexType(program.length), { reset: 0 })
      const countdown = m.register('countdown', uint(layout.delay.width), { reset: 0 })
      const positionType = indexType(positions + 1)
      const position = m.register('position', positionType, { reset: 0 })
      const isFirst = m.register('is_first_token', bool, { reset: true })
      const isCacheEmpty = m.register('cache_is_empty', bool, { reset: true })
      const isLastPrompt = m.register('is_last_prompt_token', bool, { reset: false })
      const current = m.register('token', token, { reset: 0 })
      const answered = m.register('tokens_answered', uint(32), { reset: 0 })
      const overflow = m.register('overflow', bool, { reset: false })
      const answerValid = m.register('answer_valid', bool, { reset: false })
      const answerData = m.register('answer_data', token)
      const answerLast = m.register('answer_last', bool)

      const word = m.let('instruction', m.rom('program_rom', contents).read(address))
      const fields = new InstructionFields(word, layout)
      const issues = m.let('issues', phase.is('run').and(countdown.eq(0)))
      const starts = (unit: Unit) => issues.and(fields.unit.eq(units.indexOf(unit)))

      const next = position.add(1).truncate(positionType.width)
      const isFull = m.let('cache_is_full', next.eq(positions))
      const given = m.let('given_token', ports.token_i.extend(token.width))
      const isStop = ports.stop_enable_i.and(given.eq(ports.stop_token_i))
      const isLimit = answered.add(1).eq(ports.max_tokens_i.extend(33))
      const isLastAnswer = m.let('answer_is_last', isFull.or(isStop).or(isLimit))
      const isFree = m.let('answer_is_free', answerValid.not().or(answer.ready))
      const bankOffset = swapsBanks ? m.register('bank_offset', bool, { reset: false }) : undefined
      const swapBanks = () => bankOffset?.next(bankOffset.not())
      const restart = () => {
        address.next(0)
        countdown.next(0)
        phase.goto('run')
      }
      m.when(answer.ready, () => answerValid.next(false))
      const respond = () => {
        m.when(isFree, () => {
          swapBanks()
          answerValid.next(true)
          answerData.next(given)
          answerLast.next(isLastAnswer)
          answered.next(answered.add(1).truncate(32))
          m.when(isLastAnswer, () => {
            isFirst.next(true)
            phase.goto('fetch')
          }).otherwise(() => {
            current.next(given)
            position.next(next)
            restart()
          })
        }).otherwise(() => phase.goto('respond'))
      }

      const isHeld = selfTest && m.let('request_is_held', ports.hold_i.and(isFirst))
      const isOffered = isHeld === undefined ? prompt.valid : prompt.valid.and(isHeld.not())
      const settle = m.register('settle_cycle', indexType(settleCycles), { reset: 0 })
      const skipCycle = m.register('skip_cycle', indexType(positionCycles), { reset: 0 })
      const skipPosition = m.register('skip_position', positionType, { reset: 0 })
      phase.define({
        fetch: () =>
          m.when(isOffered, () => {
            current.next(prompt.data)
            isLastPrompt.next(prompt.last ?? true)
            isFirst.next(false)
            isCacheEmpty.next(false)
            answered.next(0)
            m.when(isFirst, () => overflow.next(false))
            m.when(isFirst.and(ports.keep_cache_i.not().or(isCacheEmpty)), () => {
              position.next(0)
              restart()
            })
              .elseWhen(isFull, () => {
                overflow.next(true)
                m.when(prompt.last ?? bool.literal(true), () => isFirst.next(true)).otherwise(() =>
                  phase.goto('drain'),
                )
              })
              .otherwise(() => {
                position.next(next)
                restart()
              })
          }),
        run: () =>
          m
            .when(issues, () => {
              countdown.next(fields.delay)
              address.next(address.add(1).truncate(address.width))
              m.switch(fields.unit, (cases) => {
                cases.is(units.indexOf('positions'), () => {
                  skipCycle.next(0)
                  skipPosition.next(1)
                  m.when(position.ne(0), () => phase.goto('skip'))
                })
                cases.is(units.indexOf('prompt-end'), () =>
                  m.when(isLastPrompt.not(), () => {
                    swapBanks()
                    phase.goto('settle')
                  }),
                )
                cases.is(units.indexOf('end'), respond)
              })
            })
            .otherwise(() =>
              countdown.next(countdown.sub(1).asUnsigned().truncate(countdown.width)),
            ),
        skip: () => {
          const isLastCycle = skipCycle.eq(positionCycles - 1)
          skipCycle.next(
            mux(isLastCycle, skipCycle.type.literal(0), skipCycle.add(1).truncate(skipCycle.width)),
          )
          m.when(isLastCycle, () => {
            skipPosition.next(skipPosition.add(1).truncate(positionType.width))
            m.when(skipPosition.eq(position), () => phase.goto('run'))
          })
        },
        respond,
        settle: () => {
          settle.next(settle.add(1).truncate(settle.width))
          m.when(settle.eq(settleCycles - 1), () => {
            settle.next(0)
            phase.goto('fetch')
          })
        },
        drain: () =>
          m.when(prompt.valid.and(prompt.last ?? bool.literal(true)), () => {
            isFirst.next(true)
            phase.goto('fetch')
          }),
      })
      const fetches = isHeld === undefined ? phase.is('fetch') : phase.is('fetch').and(isHeld.not())
      prompt.ready.assign(fetches.or(phase.is('drain')))
      if (selfTest) {
        m.when(ports.self_test_program_i, () =>
          address.next(fitted(ports.self_test_address_i, address.width)),
        )
        const sample = m.delayed('self_test_program', ports.self_test_program_i, { reset: false })
        const control = { clear: ports.self_test_clear_i, shift: ports.self_test_shift_i }
        const roms = [{ name: 'program', word, sample }]
        ports.signature_o.assign(signatureChain(m, control, roms, ports.signature_i))
      }
      answer.valid.assign(answerValid)
      answer.data.assign(answerData)
      answer.last?.assign(answerLast)
      ports.busy_o.assign(phase.is('fetch').not().or(isFirst.not()))
      ports.overflow_o.assign(overflow)

      const sweep = starts('sweep')
      const vector = starts('vector')
      ports.sweep_start_o.assign(m.delayed('sweep_start', sweep, { reset: false }))
      ports.vector_start_o.assign(m.delayed('vector_start', vector, { reset: false }))
      ports.attend_start_o.assign(m.delayed('attend_start', starts('attend'), { reset: false }))
      const operand = (unit: OperandUnit, name: string) =>
        m.delayed(`${unit}_${name}`, fields.operand(unit, name))
      ports.sweep_order_o.assign(operand('sweep', 'order'))
      ports.sweep_code_base_o.assign(operand('sweep', 'code_base'))
      ports.sweep_scale_base_o.assign(operand('sweep', 'scale_base'))
      const bankOf = (unit: 'sweep' | 'adapter') => {
        const bank = operand(unit, 'bank').bit(0)
        return bankOffset === undefined ? bank : bank.xor(bankOffset)
      }
      ports.sweep_bank_o.assign(bankOf('sweep'))
      ports.sweep_results_o.assign(operand('sweep', 'results'))
      ports.vector_operation_o.assign(operand('vector', 'operation'))
      ports.vector_beats_o.assign(operand('vector', 'beats'))
      ports.vector_interval_o.assign(operand('vector', 'interval'))
      ports.vector_results_o.assign(operand('vector', 'results'))
      const table = operand('vector', 'table')
      ports.vector_table_o.assign(table)

      if (hasAdapters) {
        ports.token_start_o.assign(issues.and(address.eq(0)))
        const adapter = starts('adapter')
        ports.adapter_start_o.assign(m.delayed('adapter_start', adapter, { reset: false }))
        ports.adapter_order_o.assign(operand('adapter', 'order'))
        ports.adapter_code_base_o.assign(operand('adapter', 'code_base'))
        ports.adapter_scale_base_o.assign(operand('adapter', 'scale_base'))
        ports.adapter_bank_o.assign(bankOf('adapter'))
        ports.adapter_last_vector_o.assign(operand('adapter', 'last_vector'))
      }

      const layer = m.register('layer', indexType(layers), { reset: 0 })
      const isKey = fields.operand('vector', 'operation').eq(operationCode('key'))
      m.when(vector.and(isKey), () => {
        const beat = fields.operand('vector', 'table')
        layer.next(
          beat.width >= layer.width ? beat.truncate(layer.width) : beat.extend(layer.width),
        )
      })
      ports.layer_o.assign(layer)
      ports.position_o.assign(position.truncate(indexType(positions).width))
      ports.token_o.assign(current.truncate(indexType(vocabulary).width))
    },
    {
      parameters: { instructions: program.length, positions, vocabulary },
      documentation: 'Program, token loop and starts of all units',
    },
  )
}

export function operationCode(operation: VectorOperation): number {
  return vectorOperations.indexOf(operation)
}

/** The fields of an instruction word. */
class InstructionFields {
  readonly delay: UInt
  readonly unit: UInt
  readonly #operandsAt: number

  constructor(
    private readonly word: UInt,
    private readonly layout: ProgramLayout,
  ) {
    const { delay, unit } = layout
    this.delay = word.bits(delay.width - 1, 0)
    this.unit = word.bits(delay.width + unit.width - 1, delay.width)
    this.#operandsAt = delay.width + unit.width
  }

  operand(unit: OperandUnit, name: string): UInt {
    let at = this.#operandsAt
    for (const field of this.layout.operands[unit]) {
      if (field.name === name) return this.word.bits(at + field.width - 1, at)
      at += field.width
    }
    throw new RangeError(`an instruction of the ${unit} has no ${name}`)
  }
}
