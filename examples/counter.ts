import { bool, defineModule, input, output, uint } from 'romulus'

/** Counts the cycles in which `enable_i` is high, modulo 256. */
export const counter = defineModule(
  'counter',
  { enable_i: input(bool), count_o: output(uint(8)) },
  (m, { enable_i, count_o }) => {
    const count = m.register('count', uint(8), { reset: 0 })
    m.when(enable_i, () => {
      count.next(count.add(1).truncate(8))
    })
    count_o.assign(count)
  },
)
