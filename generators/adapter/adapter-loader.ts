import { createHash } from 'node:crypto'
import {
  type AdapterStatus,
  adapterHeaderWords,
  adapterMagic,
  adapterStatuses,
} from '../../src/compiler/adapter-frame.js'
import {
  bool,
  defineModule,
  input,
  mux,
  output,
  streamInput,
  uint,
  vec,
} from '../../src/hdl/index.js'
import { Counter, indexType } from '../common/counter.js'
import { crc32Start, crc32Step } from '../common/crc32.js'
import { adapterSlots } from './parameters.js'
import { mostOf, type PayloadPart, PayloadPosition } from './payload-position.js'

export interface AdapterLoaderParameters {
  /** What the words 2 to 7 of a frame must be, the last of them the words of the payload. */
  readonly header: readonly number[]
  /** The payload's parts in their order. */
  readonly regions: readonly (PayloadPart & { readonly name: string })[]
}

const word = uint(32)
const statusType = uint(4)
const codeOf = (status: AdapterStatus) => adapterStatuses.indexOf(status)

/**
 * Takes frames with adapters (`docs/adapters.md`, section Loading), a word in every cycle, and writes their payload into
 * the memories of a slot.
 *
 * A write comes one clock edge after its word, and before `slot_loaded_o` says that the slot may be used. `status_o` is the
 * code in {@link adapterStatuses} of the current frame or, between frames, of the last one; it changes with the word that
 * decides it. `frames_o` counts frames, modulo 256, at their `tlast`.
 *
 * `slot_is_used_i` is 1 for the slot that the running token uses and for the slot that is selected and loaded, in the same
 * cycle. A controller takes only slots that are loaded, so that a slot which is not used when its first word is written is
 * not used until its frame has ended.
 *
 * After reset both slots are empty, and the next word is taken as the first of a frame.
 *
 * @throws RangeError when the header is not that of the regions
 */
export function adapterLoader(parameters: AdapterLoaderParameters) {
  checkLoaderParameters(parameters)
  const { header, regions } = parameters
  const hash = createHash('sha256').update(JSON.stringify(parameters)).digest('hex').slice(0, 8)
  return defineModule(
    `adapter_loader_${hash}`,
    {
      s_axis_adapter: streamInput(word, { last: true }),
      slot_is_used_i: input(vec(bool, adapterSlots)),
      write_valid_o: output(bool),
      write_slot_o: output(bool),
      write_region_o: output(indexType(regions.length)),
      write_unit_o: output(indexType(mostOf(regions, 'units'))),
      write_address_o: output(indexType(mostOf(regions, 'depth'))),
      write_word_o: output(indexType(mostOf(regions, 'words'))),
      write_data_o: output(word),
      slot_loaded_o: output(vec(bool, adapterSlots)),
      busy_o: output(bool),
      status_o: output(statusType),
      frames_o: output(uint(8)),
    },
    (m, ports) => {
      const { valid, data, last = bool.literal(true) } = ports.s_axis_adapter
      ports.s_axis_adapter.ready.assign(true)
      const phase = m.stateMachine('phase', ['header', 'payload', 'checksum', 'swallow'], {
        initial: 'header',
      })
      const headerWord = new Counter(m, 'header_word', adapterHeaderWords)
      const slot = m.register('slot', bool)
      const loaded = m.register('slot_loaded', vec(bool, adapterSlots), { reset: [false, false] })
      const status = m.register('status', statusType, { reset: codeOf('none') })
      const frames = m.register('frames', uint(8), { reset: 0 })
      const crc = m.register('crc', word, { reset: crc32Start })
      const position = new PayloadPosition(m, regions)

      const expected = m.rom('expected_words', {
        width: word.width,
        words: [adapterMagic, 0, ...header],
      })
      const isWrong = m.let(
        'header_is_wrong',
        mux(headerWord.is(1), data.ge(adapterSlots), data.ne(expected.read(headerWord.value))),
      )
      const isUsed = m.let(
        'slot_is_used',
        mux(slot, ports.slot_is_used_i.at(1), ports.slot_is_used_i.at(0)),
      )
      const isRightCrc = m.let('crc_is_right', data.eq(crc.not()))

      /** Of the frame, with this word: `loading` while nothing is decided. */
      const verdict = m.wire('verdict', statusType)
      const decide = (code: AdapterStatus) => verdict.assign(codeOf(code))
      decide('loading')
      m.when(valid, () => {
        phase.define({
          header: () =>
            m
              .when(isWrong, () =>
                m.switch(headerWord.value, (cases) => {
                  cases.is(0, () => decide('bad magic'))
                  cases.is(1, () => decide('no such slot'))
                  cases.is(adapterHeaderWords - 1, () => decide('wrong length'))
                  cases.otherwise(() => decide('wrong shape'))
                }),
              )
              .elseWhen(last, () => decide('truncated'))
              .otherwise(() => {
                m.when(headerWord.is(1), () => slot.next(data.bit(0)))
                headerWord.advance(headerWord.is(adapterHeaderWords - 1), () =>
                  phase.goto('payload'),
                )
              }),
          payload: () =>
            m
              .when(isUsed, () => decide('slot in use'))
              .elseWhen(last, () => decide('truncated'))
              .otherwise(() => position.advance(() => phase.goto('checksum'))),
          checksum: () =>
            m
              .when(last.not(), () => decide('over-long'))
              .elseWhen(isRightCrc.not(), () => decide('wrong CRC'))
              .otherwise(() => decide('loaded')),
          swallow: () => verdict.assign(status),
        })
        crc.next(crc32Step(m, crc, data))
        status.next(verdict)
        m.when(last, () => {
          frames.next(frames.add(1).truncate(frames.width))
          crc.next(crc32Start)
          headerWord.restart()
          position.restart()
          phase.goto('header')
        }).elseWhen(verdict.ne(codeOf('loading')), () => phase.goto('swallow'))
      })

      const isLoading = verdict.eq(codeOf('loading'))
      const writes = m.let('writes', valid.and(phase.is('payload')).and(isLoading))
      const loads = m.let(
        'loads',
        valid.and(phase.is('checksum')).and(verdict.eq(codeOf('loaded'))),
      )
      const isRightEnd = valid.and(phase.is('checksum')).and(last).and(isRightCrc)
      for (const [number, flag] of loaded.elements.entries()) {
        const isSlot = slot.eq(number === 1)
        const isUsedSlot = ports.slot_is_used_i.at(number)
        const next = m.let(
          `slot_loaded_next_${number}`,
          flag.or(loads.and(isSlot)).and(writes.and(isSlot).not()),
        )
        flag.next(next)
        m.assume(`used_slot_${number}_is_loaded`, isUsedSlot.not().or(flag))
        m.assert(`used_slot_${number}_stays_loaded`, isUsedSlot.not().or(next))
        m.assert(`slot_${number}_is_loaded_by_its_crc`, next.not().or(flag).or(isRightEnd))
      }

      const writeValid = m.delayed('write_valid', writes, { reset: false })
      const written = <S>(name: string, value: S) =>
        m.delayed(`write_${name}`, value, { enable: writes })
      ports.write_valid_o.assign(writeValid)
      ports.write_slot_o.assign(slot)
      ports.write_region_o.assign(written('region', position.region))
      ports.write_unit_o.assign(written('unit', position.unit))
      ports.write_address_o.assign(written('address', position.address))
      ports.write_word_o.assign(written('word', position.word))
      ports.write_data_o.assign(written('data', data))
      ports.slot_loaded_o.assign(loaded)
      const busy = m.let('busy', phase.is('header').and(headerWord.is(0)).not())
      ports.busy_o.assign(busy)
      ports.status_o.assign(status)
      ports.frames_o.assign(frames)

      const isUndecided = status.eq(codeOf('loading'))
      m.assert('payload_follows_a_right_header', phase.is('payload').not().or(isUndecided))
      m.assert('writes_no_used_slot', writeValid.and(isUsed).not())
      const isOtherUsed = ports.slot_is_used_i
        .at(0)
        .or(ports.slot_is_used_i.at(1))
        .and(isUsed.not())
      m.cover('loaded_beside_a_used_slot', loads.and(isOtherUsed))
      for (const name of phase.states) {
        m.cover(`pause_in_${name}`, valid.not().and(busy).and(phase.is(name)))
      }
      const isFirstFrame = frames.eq(0)
      const isNoFrame = verdict.eq(codeOf('bad magic'))
      m.cover('first_frame_since_reset_is_none', valid.and(last).and(isFirstFrame).and(isNoFrame))
      for (const name of adapterStatuses.slice(codeOf('loaded'))) {
        const isFinal = verdict.eq(codeOf(name))
        m.cover(`frame_${name.replaceAll(/\W/g, '_')}`, valid.and(last).and(isFinal))
      }
    },
    {
      parameters: { payload: header.at(-1)!, regions: regions.map(({ name }) => name).join(', ') },
      documentation: 'Frames with adapters from AXI4-Stream into the memories of a slot',
    },
  )
}

function checkLoaderParameters({ header, regions }: AdapterLoaderParameters): void {
  const payload = regions.reduce((sum, { units, depth, words }) => sum + units * depth * words, 0)
  if (header.length === adapterHeaderWords - 2 && header.at(-1) === payload && payload > 0) return
  throw new RangeError(`the header [${header.join()}] of regions with ${payload} words`)
}
