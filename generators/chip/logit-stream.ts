import {
  type Bool,
  bool,
  cat,
  type ModuleBuilder,
  mux,
  output,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { number32 } from '../l-unit/datapath.js'

const bytes = number32.width / 8

/**
 * The ports of an AXI4-Stream master without TREADY (ARM IHI 0051): the schedule is static, so that whoever listens takes
 * every beat. A beat has `lanes` binary32 logits of consecutive tokens, the first one in the lowest bits; `tkeep` has a
 * bit for each byte, those of lanes beyond the vocabulary 0; `tlast` comes with the vocabulary's end.
 */
export function logitStreamPorts(lanes: number) {
  return {
    m_axis_logits_tvalid: output(bool),
    m_axis_logits_tdata: output(uint(number32.width * lanes)),
    m_axis_logits_tkeep: output(uint(bytes * lanes)),
    m_axis_logits_tlast: output(bool),
  } as const
}

/** A register behind the logits as the vector units give them. */
export function logitStream(
  m: ModuleBuilder,
  vocabulary: number,
  { valid, last, logits }: { valid: Bool; last: Bool; logits: readonly UInt[] },
) {
  const keepType = uint(bytes * logits.length)
  const rest = vocabulary % logits.length
  const all = keepType.literal((1n << BigInt(keepType.width)) - 1n)
  const ofRest = keepType.literal((1n << BigInt(bytes * rest)) - 1n)
  const tlast = m.delayed('logits_last', last, { reset: false })
  return {
    tvalid: m.delayed('logits_valid', valid, { reset: false }),
    tdata: m.delayed('logits_data', cat(...[...logits].reverse())),
    tkeep: rest === 0 ? all : mux(tlast, ofRest, all),
    tlast,
  }
}
