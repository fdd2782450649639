import { expect, test } from 'vitest'
import { chipId, registerMap } from '../../src/compiler/register-map.js'
import { openModule } from '../testing/open-embedded.js'
import { axiLiteRegisters } from './axi-lite-registers.js'

type Chip = ReturnType<typeof open>

function open(selfTest?: { readonly selfTestBanks: number }) {
  const sizes = { positions: 512, vocabulary: 1000, ...selfTest }
  const chip = openModule(axiLiteRegisters(sizes))
  chip.poke('s_axil_bready', true)
  chip.poke('s_axil_rready', true)
  chip.poke('s_axil_wstrb', 15)
  return chip
}

function write(chip: Chip, address: number, data: number): number {
  chip.poke('s_axil_awaddr', address)
  chip.poke('s_axil_wdata', data)
  chip.poke('s_axil_awvalid', true)
  chip.poke('s_axil_wvalid', true)
  expect(chip.peek('s_axil_awready')).toBe(true)
  chip.step()
  chip.poke('s_axil_awvalid', false)
  chip.poke('s_axil_wvalid', false)
  expect(chip.peek('s_axil_bvalid')).toBe(true)
  const response = chip.peek('s_axil_bresp')
  chip.step()
  expect(chip.peek('s_axil_bvalid')).toBe(false)
  return response as number
}

function read(chip: Chip, address: number): { data: number; response: number } {
  chip.poke('s_axil_araddr', address)
  chip.poke('s_axil_arvalid', true)
  chip.step()
  chip.poke('s_axil_arvalid', false)
  expect(chip.peek('s_axil_rvalid')).toBe(true)
  const result = {
    data: chip.peek('s_axil_rdata') as number,
    response: chip.peek('s_axil_rresp') as number,
  }
  chip.step()
  return result
}

test('registers are written and read back; those that cannot be answer with an error', () => {
  const chip = open()
  expect(read(chip, registerMap.ID)).toEqual({ data: chipId, response: 0 })
  expect(write(chip, registerMap.MAX_TOKENS, 77)).toBe(0)
  expect(write(chip, registerMap.STOP_TOKEN, 0x80000002)).toBe(0)
  expect(read(chip, registerMap.MAX_TOKENS).data).toBe(77)
  expect(chip.peek('max_tokens_o')).toBe(77)
  expect(chip.peek('stop_token_o')).toBe(2)
  expect(chip.peek('stop_enable_o')).toBe(true)
  expect(write(chip, registerMap.CONTROL, 0xffff_ffff)).toBe(0)
  expect(read(chip, registerMap.CONTROL).data).toBe(1)
  expect(chip.peek('keep_cache_o')).toBe(true)
  expect(write(chip, registerMap.ID, 1)).toBe(2)
  expect(write(chip, 0x3c, 1)).toBe(2)
  expect(read(chip, 0x3c).response).toBe(2)
  chip.poke('s_axil_wstrb', 3)
  expect(write(chip, registerMap.MAX_TOKENS, 5)).toBe(2)
  expect(read(chip, registerMap.MAX_TOKENS).data).toBe(77)
})

test('the sizes of the chip can be read', () => {
  const chip = open()
  expect(read(chip, registerMap.CONTEXT)).toEqual({ data: 512, response: 0 })
  expect(read(chip, registerMap.VOCABULARY)).toEqual({ data: 1000, response: 0 })
  expect(write(chip, registerMap.CONTEXT, 1)).toBe(2)
})

test('status and position follow the chip', () => {
  const chip = open()
  chip.poke('busy_i', true)
  chip.poke('position_i', 300)
  expect(read(chip, registerMap.STATUS).data).toBe(1)
  expect(read(chip, registerMap.POSITION).data).toBe(300)
  chip.poke('busy_i', false)
  chip.poke('overflow_i', true)
  expect(read(chip, registerMap.STATUS).data).toBe(2)
})

test('a self-test is started when nothing runs, and only by a one', () => {
  const chip = open({ selfTestBanks: 9 })
  const starts = (data: number) => {
    chip.poke('s_axil_awaddr', registerMap.SELF_TEST)
    chip.poke('s_axil_wdata', data)
    chip.poke('s_axil_awvalid', true)
    chip.poke('s_axil_wvalid', true)
    return chip.peek('self_test_start_o')
  }
  expect(starts(0)).toBe(false)
  expect(write(chip, registerMap.SELF_TEST, 0)).toBe(0)
  expect(starts(1)).toBe(true)
  expect(write(chip, registerMap.SELF_TEST, 1)).toBe(0)
  for (const port of ['busy_i', 'self_test_running_i'] as const) {
    chip.poke(port, true)
    expect(starts(1)).toBe(false)
    expect(write(chip, registerMap.SELF_TEST, 1)).toBe(2)
    chip.poke(port, false)
  }
  expect(write(chip, registerMap.SELF_TEST_BANKS, 1)).toBe(2)
  expect(read(chip, registerMap.SELF_TEST_BANKS)).toEqual({ data: 9, response: 0 })
  const plain = open()
  expect(write(plain, registerMap.SELF_TEST, 1)).toBe(2)
  expect(read(plain, registerMap.SELF_TEST_BANKS).response).toBe(2)
})

test('a signature is read when the self-test is done, and waits for the shift', () => {
  const chip = open({ selfTestBanks: 9 })
  chip.poke('self_test_signature_i', 0x89ab_cdef)
  expect(read(chip, registerMap.SELF_TEST)).toEqual({ data: 0, response: 0 })
  expect(read(chip, registerMap.SELF_TEST_SIGNATURE).response).toBe(2)
  chip.poke('self_test_running_i', true)
  expect(read(chip, registerMap.SELF_TEST).data).toBe(1)
  chip.poke('self_test_running_i', false)
  chip.poke('self_test_done_i', true)
  expect(read(chip, registerMap.SELF_TEST).data).toBe(2)
  chip.poke('self_test_shifting_i', true)
  chip.poke('s_axil_araddr', registerMap.SELF_TEST_SIGNATURE)
  chip.poke('s_axil_arvalid', true)
  expect(chip.peek('s_axil_arready')).toBe(false)
  expect(chip.peek('self_test_next_o')).toBe(false)
  chip.step(3)
  expect(chip.peek('s_axil_rvalid')).toBe(false)
  chip.poke('s_axil_araddr', registerMap.ID)
  expect(chip.peek('s_axil_arready')).toBe(true)
  expect(chip.peek('self_test_next_o')).toBe(false)
  chip.poke('s_axil_araddr', registerMap.SELF_TEST_SIGNATURE)
  chip.poke('self_test_shifting_i', false)
  expect(chip.peek('self_test_next_o')).toBe(true)
  const expected = { data: 0x89ab_cdef, response: 0 }
  expect(read(chip, registerMap.SELF_TEST_SIGNATURE)).toEqual(expected)
})
