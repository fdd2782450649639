import { expect, test } from 'vitest'
import { openModule } from '../testing/open-embedded.js'
import { adapterSlotChoice } from './slot-choice.js'

function open() {
  const choice = openModule(adapterSlotChoice())
  choice.poke('slot_loaded_i', [true, true])
  const seen = () => ({
    slot: choice.peek('enable_o') ? Number(choice.peek('slot_o')) : undefined,
    used: choice.peek('slot_is_used_o'),
  })
  /** The first cycle of a token, with a selection. */
  const start = (select: number) => {
    choice.poke('select_i', select)
    choice.poke('busy_i', true)
    choice.poke('token_start_i', true)
    choice.step()
    choice.poke('token_start_i', false)
  }
  return { choice, seen, start }
}

test.each([
  [0, undefined],
  [1, 0],
  [2, 1],
  [3, undefined],
])('selection %i', (select, slot) => {
  const { seen, start } = open()
  start(select)
  expect(seen()).toEqual({ slot, used: [slot === 0, slot === 1] })
})

test('a token keeps its slot until the next one starts, whatever is selected meanwhile', () => {
  const { choice, seen, start } = open()
  start(2)
  choice.poke('select_i', 1)
  choice.step(3)
  expect(seen()).toEqual({ slot: 1, used: [true, true] })
  start(1)
  expect(seen()).toEqual({ slot: 0, used: [true, false] })
  start(0)
  expect(seen()).toEqual({ slot: undefined, used: [false, false] })
})

test('when the chip is idle no slot runs, and the selected one counts as used while it is loaded', () => {
  const { choice, seen, start } = open()
  start(2)
  choice.poke('busy_i', false)
  choice.step()
  expect(seen()).toEqual({ slot: undefined, used: [false, true] })
  choice.poke('slot_loaded_i', [true, false])
  expect(seen().used).toEqual([false, false])
})

test('a slot that is not loaded is not taken, and one that is loaded later not before the next token', () => {
  const { choice, seen, start } = open()
  choice.poke('slot_loaded_i', [false, true])
  start(1)
  expect(seen()).toEqual({ slot: undefined, used: [false, false] })
  choice.poke('slot_loaded_i', [true, true])
  choice.step()
  expect(seen()).toEqual({ slot: undefined, used: [true, false] })
  start(1)
  expect(seen().slot).toBe(0)
})

test('a used slot that is emptied fails its assertion', () => {
  const { choice, start } = open()
  start(1)
  choice.poke('slot_loaded_i', [false, true])
  expect(() => choice.step()).toThrow('used_slot_is_loaded')
})
