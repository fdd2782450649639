import { Random } from '../../../common/random.js'
import { bool, cat, defineModule, input, mux, output, type UInt, uint } from '../../../hdl/index.js'

/**
 * Control logic: state machines of 16 states, each with transitions of its own on input bits and on a
 * timer, and counters in some states. Nothing in it repeats.
 */
export function controlDesign(machines: number, seed = 1) {
  const random = new Random(seed)
  return defineModule(
    'control',
    { event_i: input(uint(32)), busy_o: output(uint(machines)), count_o: output(uint(16)) },
    (m, { event_i, busy_o, count_o }) => {
      const busy: UInt[] = []
      const counts: UInt[] = []
      for (let machine = 0; machine < machines; machine++) {
        const state = m.register(`state${machine}`, uint(4), { reset: 0 })
        const timer = m.register(`timer${machine}`, uint(8), { reset: 0 })
        const count = m.register(`count${machine}`, uint(16), { reset: 0 })
        timer.next(timer.add(1).truncate(8))
        m.switch(state, (cases) => {
          for (let from = 0; from < 16; from++) {
            cases.is(from, () => {
              m.when(event_i.bit(random.integer(0, 31)), () => {
                state.next(random.integer(0, 15))
                timer.next(random.integer(0, 255))
              }).elseWhen(timer.eq(random.integer(0, 255)), () => {
                state.next(random.integer(0, 15))
                if (from % 4 === 0) count.next(count.add(random.integer(1, 9)).truncate(16))
              })
            })
          }
        })
        busy.push(state.ne(0).asUInt())
        counts.push(count)
      }
      busy_o.assign(cat(...busy))
      count_o.assign(counts.reduce((sum, count) => sum.xor(count)))
    },
  )
}

/** Nets of many machine words: sums, products, shifts by variable amounts, comparisons, rotations. */
export function wideDesign(width: number, stages: number) {
  return defineModule(
    'wide',
    { data_i: input(uint(width)), amount_i: input(uint(8)), data_o: output(uint(width)) },
    (m, { data_i, amount_i, data_o }) => {
      let value: UInt = data_i
      for (let stage = 0; stage < stages; stage++) {
        const state = m.register(`state${stage}`, uint(width), { reset: 0 })
        const rotated = cat(state.bits(12, 0), state.bits(width - 1, 13))
        const sum = state.add(value).truncate(width)
        const shifted = stage % 2 === 0 ? sum.shiftLeft(amount_i) : sum.shiftRight(amount_i)
        const half = width / 2
        const product = state.truncate(half).mul(value.truncate(half))
        const chosen: UInt = mux(state.lt(value), shifted.xor(rotated), product)
        state.next(chosen)
        value = state
      }
      data_o.assign(value)
    },
  )
}

/** Memories of 128-bit words with byte masks, each read and written at random addresses every cycle. */
export function memoryDesign(memories: number, depth: number) {
  const addressWidth = Math.ceil(Math.log2(depth))
  return defineModule(
    'memories',
    { seed_i: input(uint(32)), write_i: input(bool), data_o: output(uint(128)) },
    (m, { seed_i, write_i, data_o }) => {
      const words: UInt[] = []
      for (let index = 0; index < memories; index++) {
        const memory = m.memory(`memory${index}`, uint(128), { depth, laneWidth: 8 })
        const walk = m.register(`walk${index}`, uint(32), { reset: index + 1 })
        walk.next(walk.mul(uint(32).literal(1664525)).truncate(32).add(seed_i).truncate(32))
        const data = cat(walk, seed_i, walk.not(), seed_i)
        m.when(write_i, () => {
          memory.write(walk.bits(addressWidth - 1, 0), data, { mask: walk.bits(31, 16) })
        })
        words.push(memory.read(`word${index}`, walk.bits(31, 32 - addressWidth)))
      }
      data_o.assign(words.reduce((sum, word) => sum.xor(word)))
    },
  )
}
