import { expect, test } from 'vitest'
import { encodeProgram, type Instruction, programLayout } from '../../src/compiler/program.js'
import { openModule } from '../testing/open-embedded.js'
import { controller, operationCode } from './controller.js'

const program: readonly Instruction[] = [
  {
    cycle: 0,
    action: { unit: 'vector', operation: 'key', beats: 3, interval: 1, results: 4, table: 1 },
  },
  {
    cycle: 4,
    action: { unit: 'sweep', order: 1, codeBase: 9, scaleBase: 2, bank: 1, results: 5 },
  },
  { cycle: 5, action: { unit: 'attend' } },
  { cycle: 6, action: { unit: 'positions' } },
  { cycle: 8, action: { unit: 'prompt-end' } },
  { cycle: 11, action: { unit: 'end' } },
]
const positionCycles = 3

function open(positions = 4) {
  const layout = programLayout(program)
  const chip = openModule(
    controller({
      layout,
      program: encodeProgram(program, layout),
      vocabulary: 50,
      positions,
      layers: 2,
      positionCycles,
      swapsBanks: true,
      settleCycles: 2,
    }),
  )
  chip.poke('token_i', 7)
  return chip
}

/** Runs and notes in which cycles the units are started, counted from the first one. */
function starts(chip: ReturnType<typeof open>, cycles: number): string[] {
  const events: string[] = []
  let first: number | undefined
  for (let cycle = 0; cycle < cycles; cycle++) {
    const note = (text: string) => {
      first ??= cycle
      events.push(`${cycle - first} ${text}`)
    }
    if (chip.peek('vector_start_o')) {
      note(`vector ${chip.peek('vector_operation_o')} layer ${chip.peek('layer_o')}`)
    }
    if (chip.peek('sweep_start_o')) {
      note(`sweep ${chip.peek('sweep_code_base_o')} bank ${chip.peek('sweep_bank_o')}`)
    }
    if (chip.peek('attend_start_o')) {
      note(`attend ${chip.peek('position_o')} token ${chip.peek('token_o')}`)
    }
    chip.step()
  }
  return events
}

const key = `vector ${operationCode('key')} layer 1`

test('units start in the cycles of the program; positions before this one delay what follows', () => {
  const chip = open()
  chip.poke('max_tokens_i', 2)
  chip.send('s_axis_prompt', [3, 4])
  const answer = chip.receive('m_axis_token', 2)
  const events = starts(chip, 80)
  const second = 9 + 2 + 1
  const third = second + 12 + positionCycles
  expect(events).toEqual([
    `0 ${key}`,
    '4 sweep 9 bank true',
    '5 attend 0 token 3',
    `${second} ${key}`,
    `${second + 4} sweep 9 bank false`,
    `${second + 5} attend 1 token 4`,
    `${third} ${key}`,
    `${third + 4} sweep 9 bank true`,
    `${third + 5} attend 2 token 7`,
  ])
  expect(answer.values).toEqual([7, 7])
  expect(chip.peek('busy_o')).toBe(false)
})

test('an answer ends when the cache is full, and with the stop token', () => {
  const full = open()
  full.send('s_axis_prompt', [1])
  const answer = full.receive('m_axis_token', 9)
  full.step(200)
  expect(answer.values).toEqual([7, 7, 7, 7])
  const stopped = open()
  stopped.poke('stop_token_i', 7)
  stopped.poke('stop_enable_i', true)
  stopped.send('s_axis_prompt', [1])
  const short = stopped.receive('m_axis_token', 9)
  stopped.step(100)
  expect(short.values).toEqual([7])
})

test('a prompt beyond the cache is swallowed and says so; the next one works', () => {
  const chip = open(2)
  chip.poke('max_tokens_i', 1)
  chip.send('s_axis_prompt', [1, 2, 3, 4])
  const answer = chip.receive('m_axis_token', 1)
  chip.step(100)
  expect(chip.peek('overflow_o')).toBe(true)
  expect(answer.values).toEqual([])
  chip.send('s_axis_prompt', [1])
  chip.step(100)
  expect(chip.peek('overflow_o')).toBe(false)
  expect(answer.values).toEqual([7])
})

test('an answer that nobody takes holds the next token back', () => {
  const chip = open()
  chip.send('s_axis_prompt', [1])
  const answer = chip.receive('m_axis_token', 4, { rate: 0.02 })
  chip.step(1500)
  expect(answer.values).toEqual([7, 7, 7, 7])
})

/** Sends a prompt and gives the positions and tokens of its attention sweeps. */
function attended(chip: ReturnType<typeof open>, prompt: number[]): string[] {
  chip.send('s_axis_prompt', prompt)
  return starts(chip, 150)
    .filter((event) => event.includes('attend'))
    .map((event) => event.replace(/^\d+ attend /, ''))
}

test('a prompt continues the text in the cache when it is kept, and starts anew when not', () => {
  const chip = open(6)
  const answer = chip.receive('m_axis_token', 5)
  chip.poke('max_tokens_i', 2)
  chip.poke('keep_cache_i', true)
  expect(attended(chip, [3])).toEqual(['0 token 3', '1 token 7'])
  chip.poke('max_tokens_i', 1)
  expect(attended(chip, [4, 5])).toEqual(['2 token 4', '3 token 5'])
  expect(attended(chip, [6])).toEqual(['4 token 6'])
  chip.poke('keep_cache_i', false)
  expect(attended(chip, [8])).toEqual(['0 token 8'])
  expect(answer.values).toEqual([7, 7, 7, 7, 7])
})

test('a prompt that continues and does not fit the cache is swallowed; a new one works', () => {
  const chip = open(2)
  const answer = chip.receive('m_axis_token', 3)
  chip.poke('max_tokens_i', 1)
  chip.poke('keep_cache_i', true)
  expect(attended(chip, [1])).toEqual(['0 token 1'])
  expect(attended(chip, [2, 3, 4])).toEqual(['1 token 2'])
  expect(chip.peek('overflow_o')).toBe(true)
  expect(attended(chip, [5])).toEqual([])
  expect(chip.peek('overflow_o')).toBe(true)
  expect(answer.values).toEqual([7])
  chip.poke('keep_cache_i', false)
  expect(attended(chip, [6])).toEqual(['0 token 6'])
  expect(chip.peek('overflow_o')).toBe(false)
  expect(answer.values).toEqual([7, 7])
})
