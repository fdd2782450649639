import { type Bool, bool, defineModule, input, mux, output, uint } from '../../src/hdl/index.js'
import { Counter, indexType } from '../common/counter.js'
import { fitted } from '../common/fitted.js'
import { optionalPorts } from '../common/optional-ports.js'
import { sweepType } from './operations.js'
import { beatsOf, longestSweep, type VectorUnitParameters, vectorUnitName } from './parameters.js'

/** Bits of the cycles between beats. */
export const intervalBits = 16

/** What starts a sweep. */
export function sweepPorts(parameters: VectorUnitParameters) {
  const { resultBeats, vocabulary, positions } = parameters
  return {
    start_i: input(bool),
    op_i: input(sweepType),
    /** Beats, at least 1. */
    count_i: input(indexType(longestSweep(parameters) + 1)),
    /** Cycles from one beat to the next, at least 1. */
    interval_i: input(uint(intervalBits)),
    source_i: input(indexType(resultBeats)),
    table_i: input(indexType(normBeats(parameters))),
    position_i: input(indexType(positions)),
    token_i: input(indexType(vocabulary)),
  } as const
}

/** Beats of all norm weights. */
function normBeats(parameters: VectorUnitParameters): number {
  return (2 * parameters.layers + 1) * beatsOf(parameters).width
}

/** An address of the self-test, and the ROMs that it is for. */
export function selfTestPorts(parameters: VectorUnitParameters) {
  const { vocabulary, positions, width, group, columns } = parameters
  const beats = beatsOf(parameters)
  const deepest = Math.max(
    normBeats(parameters),
    positions * beats.head,
    vocabulary * beats.width,
    vocabulary * Math.ceil(width / (group * columns)),
  )
  return optionalPorts(parameters.selfTest, () => ({
    self_test_address_i: input(indexType(deepest)),
    ...testedRomPorts,
  }))
}

/** Which ROMs of the vector units an address is for. */
export const testedRomPorts = {
  self_test_norm_i: input(bool),
  self_test_rotation_i: input(bool),
  self_test_code_i: input(bool),
  self_test_scale_i: input(bool),
} as const

/**
 * Issues the beats of a sweep: every address of a beat stands in the cycle in which `issue_o` is 1. An address of a self-test
 * stands with `self_test_norm_o` and its like one clock edge later.
 */
export function sweepIssuer(parameters: VectorUnitParameters) {
  const { resultBeats, vocabulary, positions, width, group, vectorLanes } = parameters
  const { columns } = parameters
  const beats = beatsOf(parameters)
  const embeddingGroups = Math.ceil(width / (group * columns))
  const beatType = indexType(longestSweep(parameters))
  return defineModule(
    `vector_issuer_${vectorUnitName(parameters)}_b${resultBeats}_p${positions}_l${parameters.layers}_g${group}`,
    {
      ...sweepPorts(parameters),
      issue_o: output(bool),
      operation_o: output(sweepType),
      is_last_o: output(bool),
      beat_o: output(beatType),
      result_address_o: output(indexType(resultBeats)),
      norm_address_o: output(indexType(normBeats(parameters))),
      rotation_address_o: output(indexType(positions * beats.head)),
      code_address_o: output(indexType(vocabulary * beats.width)),
      scale_address_o: output(indexType(vocabulary * embeddingGroups)),
      ...selfTestPorts(parameters),
      ...optionalPorts(parameters.selfTest, () => ({
        self_test_norm_o: output(bool),
        self_test_rotation_o: output(bool),
        self_test_code_o: output(bool),
        self_test_scale_o: output(bool),
      })),
    },
    (m, ports) => {
      const running = m.register('running', bool, { reset: false })
      const operation = m.register('operation', sweepType)
      const left = m.register('beats_left', ports.count_i.type)
      const interval = m.register('interval', ports.interval_i.type)
      const pause = m.register('pause', ports.interval_i.type)
      const beat = m.register('beat', beatType)
      const result = m.register('result_address', ports.source_i.type)
      const norm = m.register('norm_address', ports.table_i.type)
      const rotation = m.register('rotation_address', ports.rotation_address_o.type)
      const code = m.register('code_address', ports.code_address_o.type)
      const scale = m.register('scale_address', ports.scale_address_o.type)
      const headBeat = new Counter(m, 'head_beat', beats.head)
      const groupBeat = new Counter(m, 'group_beat', group / vectorLanes)

      const isLast = m.let('is_last', left.eq(1))
      const issue = m.let('issue', running.and(pause.eq(0)))
      const inGroup = m.let('is_last_of_group', groupBeat.is(group / vectorLanes - 1))
      const inHead = m.let('is_last_of_head', headBeat.is(beats.head - 1))
      m.when(running, () => pause.next(pause.sub(1).asUnsigned().truncate(pause.width)))
      m.when(issue, () => {
        running.next(isLast.not())
        pause.next(interval.sub(1).asUnsigned().truncate(pause.width))
        left.next(left.sub(1).asUnsigned().truncate(left.width))
        beat.next(beat.add(1).truncate(beat.width))
        result.next(result.add(1).truncate(result.width))
        norm.next(norm.add(1).truncate(norm.width))
        code.next(code.add(1).truncate(code.width))
        const back = rotation
          .sub(beats.head - 1)
          .asUnsigned()
          .truncate(rotation.width)
        rotation.next(mux(inHead, back, rotation.add(1).truncate(rotation.width)))
        headBeat.advance(inHead.or(isLast))
        m.when(inGroup, () => scale.next(scale.add(1).truncate(scale.width)))
        groupBeat.advance(inGroup.or(isLast))
      })
      m.when(ports.start_i, () => {
        const times = (value: typeof ports.token_i, count: number, bits: number) => {
          const product = value.mul(indexType(count + 1).literal(count))
          return product.width < bits ? product.extend(bits) : product.truncate(bits)
        }
        running.next(true)
        operation.next(ports.op_i)
        left.next(ports.count_i)
        interval.next(ports.interval_i)
        pause.next(0)
        beat.next(0)
        result.next(ports.source_i)
        norm.next(ports.table_i)
        rotation.next(times(ports.position_i, beats.head, rotation.width))
        code.next(times(ports.token_i, beats.width, code.width))
        scale.next(times(ports.token_i, embeddingGroups, scale.width))
      })
      ports.issue_o.assign(issue)
      ports.operation_o.assign(operation)
      ports.is_last_o.assign(isLast)
      ports.beat_o.assign(beat)
      ports.result_address_o.assign(result)
      ports.norm_address_o.assign(norm)
      ports.rotation_address_o.assign(rotation)
      ports.code_address_o.assign(code)
      ports.scale_address_o.assign(scale)
      if (!parameters.selfTest) return
      const tested = (name: string, address: typeof norm, test: Bool) => {
        m.when(test, () => address.next(fitted(ports.self_test_address_i, address.width)))
        return m.delayed(`self_test_${name}`, test, { reset: false })
      }
      ports.self_test_norm_o.assign(tested('norm', norm, ports.self_test_norm_i))
      ports.self_test_rotation_o.assign(tested('rotation', rotation, ports.self_test_rotation_i))
      ports.self_test_code_o.assign(tested('code', code, ports.self_test_code_i))
      ports.self_test_scale_o.assign(tested('scale', scale, ports.self_test_scale_i))
    },
    {
      parameters: { resultBeats, vocabulary, positions, width, group, vectorLanes },
      documentation: 'Addresses of the beats of a vector sweep',
    },
  )
}
