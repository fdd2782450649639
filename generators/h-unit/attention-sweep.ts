import { type Bool, bool, type ModuleBuilder, mux, type UInt, uint } from '../../src/hdl/index.js'
import { Counter, indexType } from '../common/counter.js'
import type { HUnitParameters } from './parameters.js'
import { finalInterval, positionInterval } from './timing.js'

/** The visit of the present cycle: a position and a key/value head. */
export interface Visit {
  readonly valid: Bool
  readonly head: UInt
  /** Number of the visit within the sweep: `position * kvHeads + head`. */
  readonly offset: UInt
  /** The position is 0. */
  readonly isFirst: Bool
  /** The position is that of the token. */
  readonly isLast: Bool
}

/**
 * Visits all key/value heads of position 0, then those of 1, up to `position`: a head a cycle, but at the
 * last position a head whenever the mixed vectors of the one before have gone out. The first visit is in the
 * cycle of `start`.
 */
export function attentionSweep(
  m: ModuleBuilder,
  parameters: HUnitParameters,
  start: Bool,
  lastPosition: UInt,
): Visit {
  const { kvHeads, positions } = parameters
  const waitAfterHead = finalInterval(parameters) - 1
  const waitAfterPosition = positionInterval(parameters) - kvHeads
  const running = m.register('running', bool, { reset: false })
  const position = m.register('sweep_position', indexType(positions), { reset: 0 })
  const head = new Counter(m, 'sweep_head', kvHeads)
  const offset = m.register('sweep_offset', indexType(positions * kvHeads), { reset: 0 })
  const waits = Math.max(waitAfterHead, waitAfterPosition)
  const pauses = uint(Math.max(1, Math.ceil(Math.log2(waits + 1))))
  const pause = m.register('pause', pauses, { reset: 0 })

  const isLast = m.let('is_last_position', position.eq(lastPosition))
  const isLastHead = head.is(kvHeads - 1)
  const ends = isLast.and(isLastHead)
  const valid = m.let('visit', running.or(start).and(pause.eq(0)))
  m.when(valid, () => {
    running.next(ends.not())
    offset.next(mux(ends, offset.type.literal(0), offset.add(1).truncate(offset.width)))
    head.advance(isLastHead, () =>
      position.next(
        mux(isLast, position.type.literal(0), position.add(1).truncate(position.width)),
      ),
    )
    const afterPosition = mux(isLastHead, pauses.literal(waitAfterPosition), pauses.literal(0))
    const afterHead = mux(isLastHead, pauses.literal(0), pauses.literal(waitAfterHead))
    pause.next(mux(isLast, afterHead, afterPosition))
  }).elseWhen(pause.ne(0), () => pause.next(pause.sub(1).truncate(pauses.width).asUnsigned()))
  return { valid, head: head.value, offset, isFirst: position.eq(0), isLast }
}
