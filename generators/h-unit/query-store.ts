import {
  type Bool,
  bundle,
  type ModuleBuilder,
  type SInt,
  sint,
  type UInt,
  uint,
  type Vec,
  vec,
} from '../../src/hdl/index.js'
import { Counter } from '../common/counter.js'
import { binary32 } from '../float/float-format.js'
import { headAligner } from './head-aligner.js'
import { type HUnitParameters, queryHeads } from './parameters.js'

export interface AlignedQuery {
  readonly mantissas: Vec<SInt>
  readonly exponent: UInt
}

/**
 * The aligned query heads of a token. Those of a key/value head are read together, one edge after its number
 * `kvHead`.
 */
export function queryStore(
  m: ModuleBuilder,
  parameters: HUnitParameters,
  beat: Vec<UInt>,
  valid: Bool,
  kvHead: UInt,
): AlignedQuery[] {
  const { kvHeads, headSize, mantissaBits } = parameters
  const aligner = m.instance('u_aligner', headAligner(parameters, mantissaBits), {
    beat_i: beat,
    valid_i: valid,
  })
  const aligned = bundle({
    mantissas: vec(sint(mantissaBits), headSize),
    exponent: uint(binary32.exponentBits),
  })
  const ratio = queryHeads(parameters)
  const member = new Counter(m, 'query_member', ratio)
  const head = new Counter(m, 'query_head', kvHeads)
  m.when(aligner.valid_o, () =>
    member.advance(member.is(ratio - 1), () => head.advance(head.is(kvHeads - 1))),
  )
  return Array.from({ length: ratio }, (_, own) => {
    const queries = m.memory(`queries${own}`, aligned, { depth: kvHeads })
    m.when(aligner.valid_o.and(member.is(own)), () =>
      queries.write(head.value, {
        mantissas: aligner.mantissas_o,
        exponent: aligner.exponent_o,
      }),
    )
    return queries.read(`query${own}`, kvHead)
  })
}
