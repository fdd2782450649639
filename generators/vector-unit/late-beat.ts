import type { InstancePorts, ModuleBuilder } from '../../src/hdl/index.js'
import { DelayLine } from '../common/delay-line.js'
import type { sweepIssuer } from './sequencer.js'

type IssuedBeat = InstancePorts<ReturnType<typeof sweepIssuer>['ports']>

/** A beat as the vector units see it: its result address after `edges.address` clock edges, the rest after `edges.beat`. */
export function lateBeat(
  m: ModuleBuilder,
  issued: IssuedBeat,
  edges: { readonly address: number; readonly beat: number },
) {
  const late = <S extends IssuedBeat['issue_o'] | IssuedBeat['beat_o']>(
    name: string,
    signal: S,
    count = edges.beat,
    options = {},
  ) => new DelayLine<S>(m, name, signal, options).after(count)
  return {
    issue_o: late('issue', issued.issue_o, edges.beat, { reset: false }),
    operation_o: late('operation', issued.operation_o),
    is_last_o: late('issued_last', issued.is_last_o),
    beat_o: late('issued_beat', issued.beat_o),
    result_address_o: late('result_address', issued.result_address_o, edges.address),
    norm_address_o: late('norm_address', issued.norm_address_o),
    rotation_address_o: late('rotation_address', issued.rotation_address_o),
    code_address_o: late('code_address', issued.code_address_o),
    scale_address_o: late('scale_address', issued.scale_address_o),
  }
}

/** The flags of a self-test beside the addresses of {@link lateBeat}. */
export function lateSelfTest(
  m: ModuleBuilder,
  issued: IssuedBeat,
  edges: { readonly beat: number },
) {
  const late = (name: string, signal: IssuedBeat['issue_o']) =>
    new DelayLine(m, `self_test_${name}`, signal, { reset: false }).after(edges.beat)
  return {
    self_test_norm_i: late('norm', issued.self_test_norm_o),
    self_test_rotation_i: late('rotation', issued.self_test_rotation_o),
    self_test_code_i: late('code', issued.self_test_code_o),
    self_test_scale_i: late('scale', issued.self_test_scale_o),
  }
}
