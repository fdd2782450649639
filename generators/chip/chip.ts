import { createHash } from 'node:crypto'
import { defineModule, streamInput, streamOutput, type UInt, uint } from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { DelayLine } from '../common/delay-line.js'
import { fitted } from '../common/fitted.js'
import { type HUnitParameters, hUnit } from '../h-unit/index.js'
import { lArray, type Mesh, meshResultEdges } from '../l-array/l-array.js'
import { type LUnitParameters, needsSums } from '../l-unit/parameters.js'
import type { SweepSet } from '../l-unit/sequencer.js'
import type { LUnitContents } from '../l-unit/weights.js'
import {
  type VectorUnitContents,
  type VectorUnitParameters,
  vectorRow,
} from '../vector-unit/index.js'
import { adapterStreamPorts, connectAdapters, registerParameters } from './adapters.js'
import { axiLitePorts, axiLiteRegisters } from './axi-lite-registers.js'
import { type ControllerParameters, controller, tokenBits } from './controller.js'
import { logitStream, logitStreamPorts } from './logit-stream.js'
import { mixDistributor } from './mix-distributor.js'
import { connectSelfTest } from './self-test.js'

/** Everything that a chip is made of. */
export interface ChipParts {
  readonly lUnit: LUnitParameters
  readonly sweeps: SweepSet
  /** Numbers of the orders whose results are for the first vector unit alone. */
  readonly firstUnitOrders: readonly number[]
  readonly mesh: Mesh
  /** The ROMs of every L-Unit, column after column of the mesh. */
  readonly roms: readonly (readonly LUnitContents[])[]
  readonly vectorUnit: VectorUnitParameters
  /** The ROMs of every vector unit. */
  readonly vectorContents: readonly VectorUnitContents[]
  /** Each of the H-Units, of which every `headColumns` vector units have one, or the first one alone. */
  readonly hUnit: HUnitParameters
  readonly controller: ControllerParameters
  /** What the words 2 to 7 of an adapter's frame must be, of chips with adapters. */
  readonly adapterHeader?: readonly number[]
}

/**
 * A whole decoder: prompt tokens come over `s_axis_prompt`, the answer leaves over `m_axis_token`, the logits of each
 * of its tokens over `m_axis_logits` before ({@link logitStreamPorts}), control and status are behind AXI4-Lite
 * ({@link axiLiteRegisters}).
 */
export function chip(name: string, parts: ChipParts) {
  const token = uint(tokenBits(parts.controller.vocabulary))
  const array = lArray(parts.lUnit, parts.sweeps, parts.mesh, parts.roms)
  const vectors = vectorRow(parts.vectorUnit, parts.vectorContents)
  const control = controller(parts.controller)
  const hash = createHash('sha256')
  for (const definition of [array, vectors, control]) hash.update(definition.name)
  return defineModule(
    `${name}_${hash.digest('hex').slice(0, 8)}`,
    {
      ...axiLitePorts,
      s_axis_prompt: streamInput(token, { last: true }),
      m_axis_token: streamOutput(token, { last: true }),
      ...logitStreamPorts(parts.vectorUnit.columns * parts.vectorUnit.vectorLanes),
      ...adapterStreamPorts(parts),
    },
    (m, { s_axis_prompt, m_axis_token, s_axis_adapter, ...ports }) => {
      const registers = m.instance('u_registers', axiLiteRegisters(registerParameters(parts)))
      for (const port of Object.keys(axiLitePorts) as (keyof typeof axiLitePorts)[]) {
        const inside = registers[port] as UInt & { assign?(value: unknown): void }
        const outside = ports[port] as UInt & { assign?(value: unknown): void }
        if (axiLitePorts[port].direction === 'input') inside.assign?.(outside)
        else outside.assign?.(inside)
      }
      const program = m.instance('u_controller', control)
      m.connect(s_axis_prompt, program.s_axis_prompt)
      m.connect(program.m_axis_token, m_axis_token)
      program.max_tokens_i.assign(registers.max_tokens_o)
      program.stop_token_i.assign(registers.stop_token_o.truncate(token.width))
      m.unused(registers.stop_token_o)
      program.stop_enable_i.assign(registers.stop_enable_o)
      program.keep_cache_i.assign(registers.keep_cache_o)
      registers.busy_i.assign(program.busy_o)
      registers.overflow_i.assign(program.overflow_o)
      registers.position_i.assign(program.position_o)

      const vector = m.instance('u_vector_row', vectors)
      const sweep = m.instance('u_l_array', array, {
        start_i: program.sweep_start_o,
        order_i: fitted(program.sweep_order_o, indexType(parts.sweeps.orders.length).width),
        code_base_i: fitted(program.sweep_code_base_o, indexType(parts.sweeps.codeDepth).width),
        scale_base_i: fitted(program.sweep_scale_base_o, indexType(parts.sweeps.scaleDepth).width),
        activation_bank_i: program.sweep_bank_o,
        activation_i: vector.activation_o,
        exponent_i: vector.exponent_o,
      })
      m.unused(sweep.running_o, vector.align_bank_o, vector.token_valid_o)
      if (needsSums(parts.lUnit)) sweep.negated_sum_i.assign(vector.negated_sum_o)
      else m.unused(vector.negated_sum_o)
      const logits = logitStream(m, parts.controller.vocabulary, {
        valid: vector.logit_valid_o,
        last: vector.logit_last_o,
        logits: vector.logits_o.elements,
      })
      ports.m_axis_logits_tvalid.assign(logits.tvalid)
      ports.m_axis_logits_tdata.assign(logits.tdata)
      ports.m_axis_logits_tkeep.assign(logits.tkeep)
      ports.m_axis_logits_tlast.assign(logits.tlast)
      const connect = (input: UInt, value: UInt) =>
        (input as UInt & { assign(value: UInt): void }).assign(fitted(value, input.width))
      vector.results_i.assign(sweep.result_o)
      vector.result_valid_i.assign(sweep.result_valid_o)
      // Results of the sweep before are still on their way when a sweep starts.
      const resultEdges = meshResultEdges(parts.lUnit, parts.mesh)
      const resultStart = new DelayLine(m, 'result_start', program.sweep_start_o, { reset: false })
      const resultBase = new DelayLine(m, 'result_base', program.sweep_results_o)
      vector.result_start_i.assign(resultStart.after(resultEdges))
      connect(vector.result_base_i, resultBase.after(resultEdges))
      const { headsInFirst } = parts.vectorUnit
      if (headsInFirst) {
        const isToFirst = parts.firstUnitOrders
          .map((order) => program.sweep_order_o.eq(order))
          .reduce((a, b) => a.or(b))
        const toFirst = new DelayLine(m, 'result_to_first', isToFirst)
        vector.result_to_first_i.assign(toFirst.after(resultEdges))
      }
      vector.start_i.assign(program.vector_start_o)
      connect(vector.op_i, program.vector_operation_o)
      connect(vector.count_i, program.vector_beats_o)
      connect(vector.interval_i, program.vector_interval_o)
      connect(vector.source_i, program.vector_results_o)
      connect(vector.table_i, program.vector_table_o)
      vector.position_i.assign(program.position_o)
      vector.token_i.assign(program.token_o)
      vector.activation_bank_i.assign(sweep.activation_bank_o)
      vector.sum_bank_i.assign(sweep.sum_bank_o)
      vector.exponent_bank_i.assign(sweep.exponent_bank_o)
      connect(vector.activation_address_i, sweep.activation_address_o)
      connect(vector.sum_address_i, sweep.sum_address_o)
      connect(vector.exponent_address_i, sweep.exponent_address_o)
      program.token_i.assign(vector.token_o)

      connectAdapters(m, parts, s_axis_adapter, { registers, program, vector })
      if (parts.lUnit.selfTest) connectSelfTest(m, parts, { registers, program, vector, sweep })

      const { vectorLanes } = parts.hUnit
      const hUnits = vector.head_data_o.elements.length / vectorLanes
      const attention = Array.from({ length: hUnits }, (_, unit) =>
        m.instance(`u_h_unit${unit}`, hUnit(parts.hUnit), {
          head_data_i: vector.head_data_o.elements.slice(
            unit * vectorLanes,
            (unit + 1) * vectorLanes,
          ),
          query_valid_i: vector.query_valid_o,
          key_valid_i: vector.key_valid_o,
          value_valid_i: vector.value_valid_o,
          layer_i: program.layer_o,
          position_i: program.position_o,
          attend_start_i: program.attend_start_o,
        }),
      )
      const [first, ...others] = attention
      m.unused(first!.done_o)
      for (const { mix_valid_o, mix_last_o, done_o } of others) {
        m.unused(mix_valid_o, mix_last_o, done_o)
      }
      if (headsInFirst) {
        const dealt = m.instance('u_mix_distributor', mixDistributor(parts.vectorUnit), {
          valid_i: first!.mix_valid_o,
          data_i: first!.mix_data_o,
        })
        m.unused(first!.mix_last_o)
        vector.mix_valid_i.assign(dealt.valid_o)
        vector.mix_data_i.assign(dealt.data_o)
        vector.mix_last_i.assign(dealt.last_o)
      } else {
        vector.mix_valid_i.assign(first!.mix_valid_o)
        vector.mix_data_i.assign(attention.flatMap(({ mix_data_o }) => mix_data_o.elements))
        vector.mix_last_i.assign(first!.mix_last_o)
      }
    },
    { documentation: 'LLaMA decoder with its weights in ROM' },
  )
}
