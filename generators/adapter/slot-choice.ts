import { bool, defineModule, input, mux, output, uint, vec } from '../../src/hdl/index.js'
import { adapterSlots } from './parameters.js'

/**
 * Which adapter a token uses: the one that `select_i` names (0 for none, otherwise a slot and one) when `token_start_i`
 * is 1, if its slot is loaded, until the next token starts or the chip is idle. A slot counts as used by the token that runs, and while it is
 * selected and loaded.
 */
export function adapterSlotChoice() {
  return defineModule(
    'adapter_slot_choice',
    {
      select_i: input(uint(2)),
      slot_loaded_i: input(vec(bool, adapterSlots)),
      token_start_i: input(bool),
      busy_i: input(bool),
      enable_o: output(bool),
      slot_o: output(bool),
      slot_is_used_o: output(vec(bool, adapterSlots)),
    },
    (m, ports) => {
      const enable = m.register('enable', bool, { reset: false })
      const slot = m.register('slot', bool, { reset: false })
      const isSelected = Array.from({ length: adapterSlots }, (_, n) =>
        m.let(`slot${n}_is_selected`, ports.select_i.eq(n + 1).and(ports.slot_loaded_i.at(n))),
      )
      m.when(ports.busy_i.not(), () => enable.next(false))
      m.when(ports.token_start_i, () => {
        enable.next(isSelected.reduce((any, one) => any.or(one)))
        slot.next(isSelected[1]!)
      })
      ports.enable_o.assign(enable)
      ports.slot_o.assign(slot)
      for (const [n, selected] of isSelected.entries()) {
        const runs = enable.and(slot.eq(n === 1))
        ports.slot_is_used_o.at(n).assign(selected.or(runs))
      }
      const isLoaded = mux(slot, ports.slot_loaded_i.at(1), ports.slot_loaded_i.at(0))
      m.assert('used_slot_is_loaded', enable.and(isLoaded.not()).not())
    },
    { documentation: 'The slot of adapters that a token uses' },
  )
}
