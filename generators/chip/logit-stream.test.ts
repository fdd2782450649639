import { expect, test } from 'vitest'
import { bool, defineModule, input, uint, vec } from '../../src/hdl/index.js'
import { openModule } from '../testing/open-embedded.js'
import { logitStream, logitStreamPorts } from './logit-stream.js'

function open(vocabulary: number) {
  return openModule(
    defineModule(
      'logits',
      {
        valid_i: input(bool),
        last_i: input(bool),
        logits_i: input(vec(uint(32), 4)),
        ...logitStreamPorts(4),
      },
      (m, { valid_i, last_i, logits_i, ...ports }) => {
        const stream = logitStream(m, vocabulary, {
          valid: valid_i,
          last: last_i,
          logits: logits_i.elements,
        })
        ports.m_axis_logits_tvalid.assign(stream.tvalid)
        ports.m_axis_logits_tdata.assign(stream.tdata)
        ports.m_axis_logits_tkeep.assign(stream.tkeep)
        ports.m_axis_logits_tlast.assign(stream.tlast)
      },
    ),
  )
}

test.each([
  [29, 0x000f],
  [30, 0x00ff],
  [32, 0xffff],
])('of a vocabulary of %i, the bytes that the last beat keeps are %i', (vocabulary, keep) => {
  const chip = open(vocabulary)
  const logits = [0x3f800000, 0x80000001, 0x12345678, 0xffffffff]
  chip.poke('logits_i', logits)
  const look = () => ({
    valid: chip.peek('m_axis_logits_tvalid'),
    last: chip.peek('m_axis_logits_tlast'),
    keep: chip.peek('m_axis_logits_tkeep'),
  })
  expect(look().valid).toBe(false)
  chip.poke('valid_i', true)
  chip.step()
  expect(look()).toEqual({ valid: true, last: false, keep: 0xffff })
  expect(chip.peekBits('m_axis_logits_tdata')).toBe(0xffffffff_12345678_80000001_3f800000n)
  chip.poke('last_i', true)
  chip.step()
  expect(look()).toEqual({ valid: true, last: true, keep })
})
