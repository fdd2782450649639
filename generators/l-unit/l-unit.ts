import { createHash } from 'node:crypto'
import { codeBitsName } from '../../src/common/code-bits.js'
import { defineModule, input, uint } from '../../src/hdl/index.js'
import { endOfStage } from '../common/pipeline.js'
import { romForm, romPolicyIdentifier } from '../rom/policy.js'
import { romTestPorts, signatureChain } from '../self-test/ports.js'
import { broadcastInputs, broadcastPorts, lUnitArithmetic, lUnitDatapath } from './datapath.js'
import { describeParameters, hasStage, type LUnitParameters, parametersName } from './parameters.js'
import { lUnitOrder } from './schedule.js'
import { checkWeights, type LUnitContents, type LUnitWeights, lUnitContents } from './weights.js'

/**
 * An L-Unit: the weights of some rows in ROM with the arithmetic of their matrix-vector product, as
 * `docs/arithmetic.md` defines it. It has no control of its own: the sequencer of `sequencer.ts` broadcasts
 * addresses and flags, each at the clock edge at which the data need it (`schedule.ts`).
 *
 * `fused` L-Units hold ROM and arithmetic in one module; others hold the ROMs and an instance of the
 * arithmetic, which is then one module for all of them.
 *
 * @throws InputError for weights that do not fit the parameters
 */
export function lUnit(parameters: LUnitParameters, weights: LUnitWeights) {
  checkWeights(parameters, weights)
  const { rows, columns } = weights
  const { accumulators } = lUnitOrder(parameters, rows, columns)
  return lUnitOfContents(parameters, lUnitContents(parameters, weights), accumulators, {
    name: `${rows}x${columns}`,
    parameters: { rows, columns },
    documentation: `L-Unit: ${rows} rows of ${columns} ${codeBitsName(parameters.bits)} weights in ROM with their multiply-accumulate`,
  })
}

/** Under what name an L-Unit appears. */
export interface LUnitTitle {
  /** Part of the module's name. */
  readonly name: string
  readonly parameters: Readonly<Record<string, string | number | boolean>>
  readonly documentation: string
}

/**
 * An L-Unit whose ROMs hold anything that a sequencer finds its way through, and that has as many binary32
 * accumulators as there are rows in flight.
 */
export function lUnitOfContents(
  parameters: LUnitParameters,
  contents: LUnitContents,
  accumulators: number,
  title: LUnitTitle,
) {
  const hash = createHash('sha256')
    .update(contents.codes.hash)
    .update(contents.scales.hash)
    .digest('hex')
  const { fused, rom: policy } = parameters
  const form = `${fused ? 'fused_' : ''}${romPolicyIdentifier(policy)}`
  return defineModule(
    `l_unit_${parametersName(parameters)}_${form}_${title.name}_${hash.slice(0, 8)}`,
    {
      code_address_i: input(uint(contents.codes.addressWidth)),
      scale_address_i: input(uint(contents.scales.addressWidth)),
      ...broadcastPorts(parameters, accumulators),
      ...romTestPorts(parameters),
    },
    (m, ports) => {
      const codeRom = m.rom('code_rom', contents.codes, { form: romForm(policy, contents.codes) })
      const scaleRom = m.rom('scale_rom', contents.scales, {
        form: romForm(policy, contents.scales),
      })
      const words = endOfStage(m, 'rom', hasStage(parameters, 'rom'), {
        code_word: codeRom.read(ports.code_address_i),
        scale_word: scaleRom.read(ports.scale_address_i),
      })
      if (parameters.selfTest) {
        const control = { clear: ports.self_test_clear_i, shift: ports.self_test_shift_i }
        const { code_sample, scale_sample } = endOfStage(m, 'rom', hasStage(parameters, 'rom'), {
          code_sample: ports.self_test_code_i,
          scale_sample: ports.self_test_scale_i,
        })
        const roms = [
          { name: 'code', word: words.code_word, sample: code_sample },
          { name: 'scale', word: words.scale_word, sample: scale_sample },
        ]
        ports.signature_o.assign(signatureChain(m, control, roms, ports.signature_i))
      }
      if (fused) {
        const named = { codeWord: words.code_word, scaleWord: words.scale_word }
        const inputs = { ...named, ...broadcastInputs(ports) }
        ports.result_o.assign(lUnitArithmetic(m, parameters, accumulators, inputs))
        return
      }
      const {
        result_o,
        code_address_i,
        scale_address_i,
        self_test_code_i,
        self_test_scale_i,
        self_test_clear_i,
        self_test_shift_i,
        signature_i,
        signature_o,
        ...broadcast
      } = ports
      const datapath = m.instance('u_datapath', lUnitDatapath(parameters, accumulators), {
        code_word_i: words.code_word,
        scale_word_i: words.scale_word,
        ...broadcast,
      })
      result_o.assign(datapath.result_o)
    },
    {
      parameters: { ...describeParameters(parameters), ...title.parameters },
      documentation: title.documentation,
    },
  )
}
