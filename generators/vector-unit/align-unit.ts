import {
  type Bool,
  bool,
  cat,
  defineModule,
  input,
  type ModuleBuilder,
  mux,
  output,
  type SInt,
  sint,
  type UInt,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { balancedTree } from '../common/balanced-tree.js'
import { Counter, indexType } from '../common/counter.js'
import { fitted } from '../common/fitted.js'
import { optionalPorts } from '../common/optional-ports.js'
import { binary32, fieldsOf } from '../float/float-format.js'
import { exponentBits, number32 } from '../l-unit/datapath.js'
import { activationMemory } from './activation-memory.js'
import { alignedMantissa } from './align-mantissa.js'
import { type AlignParameters, alignName, alignShape } from './align-shape.js'

/** The ports at which the L array reads; data come one clock edge after their address. */
export function activationReadPorts(parameters: AlignParameters) {
  const { groups, reads, sumBits } = alignShape(parameters)
  const { mantissaBits, activationLanes } = parameters
  return {
    activation_bank_i: input(bool),
    sum_bank_i: input(bool),
    exponent_bank_i: input(bool),
    activation_address_i: input(indexType(reads)),
    sum_address_i: input(indexType(groups)),
    exponent_address_i: input(indexType(groups)),
    activation_o: output(vec(sint(mantissaBits), activationLanes)),
    negated_sum_o: output(sint(sumBits)),
    exponent_o: output(uint(exponentBits)),
  } as const
}

/** The ports at which adapters read, of units that have them. */
export function adapterReadPorts(parameters: AlignParameters) {
  const { mantissaBits, activationLanes, hasAdapterReader } = parameters
  const { groups, reads } = alignShape(parameters)
  return optionalPorts(hasAdapterReader || undefined, () => ({
    adapter_activation_bank_i: input(bool),
    adapter_exponent_bank_i: input(bool),
    adapter_activation_address_i: input(indexType(reads)),
    adapter_exponent_address_i: input(indexType(groups)),
    adapter_activation_o: output(vec(sint(mantissaBits), activationLanes)),
    adapter_exponent_o: output(uint(exponentBits)),
  }))
}

const alignUnits = new Map<string, ReturnType<typeof defineAlignUnit>>()

/**
 * Makes groups of aligned integers of vectors that come in beats, as `docs/arithmetic.md` defines them, and holds two
 * vectors of them with the groups' negated sums and exponents. `last_i` marks a vector's last beat. A vector
 * goes to bank 0, the next to bank 1, and so on; `align_bank_o` is the bank that is written next. A group is
 * converted when it is complete, a word a cycle; up to two complete groups wait. For adapters there is a copy of the
 * activations with a read port of its own.
 *
 * One definition for equal parameters.
 */
export function alignUnit(parameters: AlignParameters) {
  const name = `align_unit_${alignName(parameters)}`
  let unit = alignUnits.get(name)
  if (unit === undefined) {
    unit = defineAlignUnit(name, parameters)
    alignUnits.set(name, unit)
  }
  return unit
}

function defineAlignUnit(name: string, parameters: AlignParameters) {
  const { vectorLanes, mantissaBits } = parameters
  const shape = alignShape(parameters)
  const { beatsOfGroup, wordsOfGroup, beatsOfWord, wordLanes } = shape
  return defineModule(
    name,
    {
      valid_i: input(bool),
      last_i: input(bool),
      data_i: input(vec(number32, vectorLanes)),
      align_bank_o: output(bool),
      ...activationReadPorts(parameters),
      ...adapterReadPorts(parameters),
    },
    (m, { valid_i, last_i, data_i, align_bank_o, ...reads }) => {
      const beat = new Counter(m, 'group_beat', beatsOfGroup)
      const fillBuffer = m.register('fill_buffer', bool, { reset: false })
      const completes = m.let('completes', valid_i.and(last_i.or(beat.is(beatsOfGroup - 1))))
      const exponents = data_i.elements.map((number) => fieldsOf(binary32, number).exponent)
      const largestBefore = m.register('largest_exponent', uint(exponentBits))
      const before = mux(beat.is(0), largestBefore.type.literal(1), largestBefore)
      const largest = m.let('largest_so_far', balancedTree<UInt>([before, ...exponents], larger))
      const buffers = m.memory('group_buffers', vec(number32, wordLanes), {
        depth: 2 * wordsOfGroup,
        laneWidth: vectorLanes * number32.width,
      })
      m.when(valid_i, () => {
        const words = Array.from({ length: wordLanes }, (_, i) => data_i.at(i % vectorLanes))
        const { word, part } = splitBeat(beat.value, beatsOfWord, wordsOfGroup)
        const address = bufferAddress(fillBuffer, word)
        if (part === undefined) buffers.write(address, words)
        else {
          const mask = uint(beatsOfWord).literal(1).shiftLeft(part)
          buffers.write(address, words, { mask })
        }
        largestBefore.next(largest)
        beat.advance(completes)
        m.when(completes, () => fillBuffer.next(fillBuffer.not()))
      })

      const finishes = m.wire('finishes', bool)
      const job = waitingJobs(m, completes, finishes, {
        buffer: fillBuffer,
        beat: beat.value,
        exponent: largest,
        last: last_i,
      })
      const word = new Counter(m, 'word', wordsOfGroup)
      const group = new Counter(m, 'align_group', shape.groups)
      const bank = m.register('align_bank', bool, { reset: false })
      const { word: lastWord, part: lastPart } = splitBeat(job.beat, beatsOfWord, wordsOfGroup)
      const isLastWord =
        lastWord === undefined
          ? m.let('is_last_word', job.valid)
          : m.let('is_last_word', word.value.eq(lastWord))
      finishes.assign(job.valid.and(isLastWord))
      m.when(job.valid, () =>
        word.advance(isLastWord, () =>
          group.advance(job.last, () => m.when(job.last, () => bank.next(bank.not()))),
        ),
      )
      if (wordsOfGroup === 1 && beatsOfWord === 1) m.unused(job.beat)
      const stored = buffers.read(
        'stored',
        bufferAddress(job.buffer, wordsOfGroup === 1 ? undefined : word.value),
      )
      align_bank_o.assign(bank)

      const late = <S extends Bool | UInt>(signalName: string, signal: S) =>
        m.delayed(signalName, signal)
      const exponent = late('stored_exponent', job.exponent)
      const isUnused = Array.from({ length: beatsOfWord }, (_, part) =>
        lastPart === undefined || part === 0
          ? undefined
          : late(`part${part}_is_unused`, isLastWord.and(lastPart.lt(part))),
      )
      const mantissas = stored.elements.map((number, lane) => {
        const mantissa = alignedMantissa(number, exponent, mantissaBits)
        const unused = isUnused[Math.floor(lane / vectorLanes)]
        const value =
          unused === undefined ? mantissa : mux(unused, mantissa.type.literal(0), mantissa)
        return m.delayed(`mantissa${lane}`, value)
      })
      const twice = <S extends Bool | UInt>(signalName: string, signal: S, options = {}) =>
        m.delayed(
          `${signalName}_written`,
          m.delayed(`${signalName}_stored`, signal, options),
          options,
        )
      const isFirst = twice('is_first', word.is(0))
      const isLast = twice('finishes', finishes, { reset: false })
      const valid = twice('valid', job.valid, { reset: false })
      const sum = m.register('negated_sum', sint(shape.sumBits))
      const sumBefore = mux(isFirst, sum.type.literal(0), sum)
      const negatedSum = sumBefore
        .sub(balancedTree<SInt>(mantissas, (a, b) => a.add(b)))
        .truncate(shape.sumBits)
      m.when(valid, () => sum.next(negatedSum))
      const address = wordsOfGroup === 1 ? group.value : cat(group.value, word.value)
      const written = {
        write_bank_i: twice('bank', bank),
        word_valid_i: valid,
        word_address_i: fitted(twice('address', address), indexType(shape.words).width),
        word_i: mantissas,
        group_valid_i: isLast,
        group_i: twice('group', group.value),
        negated_sum_i: negatedSum,
        exponent_i: m.delayed('exponent_written', exponent),
      }
      const memory = m.instance('u_activation_memory', activationMemory(parameters), {
        ...written,
        activation_bank_i: reads.activation_bank_i,
        sum_bank_i: reads.sum_bank_i,
        exponent_bank_i: reads.exponent_bank_i,
        activation_address_i: reads.activation_address_i,
        sum_address_i: reads.sum_address_i,
        exponent_address_i: reads.exponent_address_i,
      })
      reads.activation_o.assign(memory.activation_o)
      reads.negated_sum_o.assign(memory.negated_sum_o)
      reads.exponent_o.assign(memory.exponent_o)
      if (parameters.hasAdapterReader === true) {
        const copy = m.instance('u_adapter_activations', activationMemory(parameters), {
          ...written,
          activation_bank_i: reads.adapter_activation_bank_i,
          sum_bank_i: false,
          exponent_bank_i: reads.adapter_exponent_bank_i,
          activation_address_i: reads.adapter_activation_address_i,
          sum_address_i: 0,
          exponent_address_i: reads.adapter_exponent_address_i,
        })
        m.unused(copy.negated_sum_o)
        reads.adapter_activation_o.assign(copy.activation_o)
        reads.adapter_exponent_o.assign(copy.exponent_o)
      }
    },
    {
      parameters: { ...alignParametersOf(parameters) },
      documentation: 'Groups of numbers to integers with a shared exponent, and their memory',
    },
  )
}

function alignParametersOf(parameters: AlignParameters) {
  const { vectorLanes, activationLanes, group, mantissaBits, width, hidden } = parameters
  return { vectorLanes, activationLanes, group, mantissaBits, columns: Math.max(width, hidden) }
}

function larger(a: UInt, b: UInt): UInt {
  return mux(a.lt(b), b, a)
}

/** The word of a group in which a beat lies, unless there is only one, and its place in the word. */
function splitBeat(beat: UInt, beatsOfWord: number, wordsOfGroup: number) {
  const partBits = Math.log2(beatsOfWord)
  return {
    word: wordsOfGroup === 1 ? undefined : beat.shr(partBits),
    part: partBits === 0 ? undefined : beat.bits(partBits - 1, 0),
  }
}

function bufferAddress(buffer: Bool, word: UInt | undefined): UInt {
  return word === undefined ? buffer.asUInt() : cat(buffer, word)
}

interface Job {
  readonly buffer: Bool
  /** The group's last beat. */
  readonly beat: UInt
  readonly exponent: UInt
  readonly last: Bool
}

/** The complete group to convert, and one that waits behind it. */
function waitingJobs(
  m: ModuleBuilder,
  arrives: Bool,
  finishes: Bool,
  arriving: Job,
): Job & { readonly valid: Bool } {
  const registersOf = (name: string) => ({
    buffer: m.register(`${name}_buffer`, bool),
    beat: m.register(`${name}_beat`, uint(arriving.beat.width)),
    exponent: m.register(`${name}_exponent`, uint(arriving.exponent.width)),
    last: m.register(`${name}_last`, bool),
  })
  const valid = m.register('job_valid', bool, { reset: false })
  const isWaiting = m.register('waiting_valid', bool, { reset: false })
  const job = registersOf('job')
  const waiting = registersOf('waiting')
  const take = (to: ReturnType<typeof registersOf>, from: Job) => {
    to.buffer.next(from.buffer)
    to.beat.next(from.beat)
    to.exponent.next(from.exponent)
    to.last.next(from.last)
  }
  const isFree = m.let('job_is_free', valid.not().or(finishes))
  m.when(isFree, () => {
    valid.next(isWaiting.or(arrives))
    isWaiting.next(isWaiting.and(arrives))
    m.when(isWaiting, () => {
      take(job, waiting)
    }).otherwise(() => take(job, arriving))
  }).otherwise(() => isWaiting.next(isWaiting.or(arrives)))
  m.when(arrives.and(isFree.not().or(isWaiting)), () => take(waiting, arriving))
  m.assert('groups_fit', arrives.and(isWaiting).and(isFree.not()).not())
  return { ...job, valid }
}
