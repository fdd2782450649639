import {
  type Bool,
  bool,
  type ModuleBuilder,
  mux,
  type StreamSink,
  type UInt,
  type UIntType,
  vec,
} from '../../src/hdl/index.js'
import { Counter, indexType } from '../common/counter.js'
import { number32 } from './datapath.js'

/** What of {@link resultStream} its module needs. */
export interface ResultStream {
  /** The last result of a vector is on its way. */
  readonly sendsLast: Bool
}

/**
 * Collects the results of several units, one of each unit at a time, and sends them as a stream: all of
 * the first time in order of the units, then all of the second. There are `rows` results; units beyond the
 * last row have none at the last time.
 */
export function resultStream(
  m: ModuleBuilder,
  results: readonly UInt[],
  valid: Bool,
  rows: number,
  stream: StreamSink<UIntType>,
): ResultStream {
  const units = results.length
  const words = Math.ceil(rows / units)
  const unitsOfLastWord = rows - (words - 1) * units
  const wordType = vec(number32, units)
  const memory = m.memory('results', wordType, { depth: words })
  const countType = indexType(words + 1)
  const written = m.register('results_written', countType, { reset: 0 })
  const fetched = m.register('results_fetched', countType, { reset: 0 })
  const isHeld = m.register('result_held', bool, { reset: false })
  const unit = new Counter(m, 'result_unit', units)
  const isLastWord = fetched.eq(words)
  const isLastUnit = m.let(
    'result_unit_is_last',
    unitsOfLastWord === units
      ? unit.is(units - 1)
      : mux(isLastWord, unit.is(unitsOfLastWord - 1), unit.is(units - 1)),
  )
  const sends = m.let('result_sends', isHeld.and(stream.ready))
  const releases = m.let('result_releases', sends.and(isLastUnit))
  const sendsLast = m.let('sends_last_result', releases.and(isLastWord))
  const fetches = m.let('result_fetches', isHeld.not().or(releases).and(fetched.lt(written)))

  const { addressWidth } = memory
  m.when(valid, () => {
    memory.write(written.truncate(addressWidth), results)
    written.next(written.add(1).truncate(countType.width))
  })
  const word = memory.read('result_word', fetched.truncate(addressWidth), { enable: fetches })
  isHeld.next(fetches.or(isHeld.and(releases.not())))
  m.when(fetches, () => fetched.next(fetched.add(1).truncate(countType.width)))
  m.when(sends, () => unit.advance(isLastUnit))
  m.when(sendsLast, () => {
    written.next(0)
    fetched.next(0)
  })
  stream.valid.assign(isHeld)
  stream.data.assign(word.select(unit.value))
  stream.last?.assign(isLastWord.and(isLastUnit))
  return { sendsLast }
}
