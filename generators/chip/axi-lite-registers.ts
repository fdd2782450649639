import {
  chipId,
  controlBits,
  registerMap,
  selfTestBits,
  statusBits,
} from '../../src/compiler/register-map.js'
import {
  type Bool,
  bool,
  defineModule,
  type InnerPorts,
  input,
  type ModuleBuilder,
  mux,
  output,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { optionalPorts } from '../common/optional-ports.js'

const addressBits = 6
const word = uint(32)

/** The ports of an AXI4-Lite slave with 32-bit data (ARM IHI 0022). */
export const axiLitePorts = {
  s_axil_awaddr: input(uint(addressBits)),
  s_axil_awvalid: input(bool),
  s_axil_awready: output(bool),
  s_axil_wdata: input(word),
  s_axil_wstrb: input(uint(4)),
  s_axil_wvalid: input(bool),
  s_axil_wready: output(bool),
  s_axil_bresp: output(uint(2)),
  s_axil_bvalid: output(bool),
  s_axil_bready: input(bool),
  s_axil_araddr: input(uint(addressBits)),
  s_axil_arvalid: input(bool),
  s_axil_arready: output(bool),
  s_axil_rdata: output(word),
  s_axil_rresp: output(uint(2)),
  s_axil_rvalid: output(bool),
  s_axil_rready: input(bool),
} as const

export interface RegisterParameters {
  /** Positions of the KV cache. */
  readonly positions: number
  readonly vocabulary: number
  /** CRC-32 of the adapters' layout, of chips with adapters. */
  readonly adapterLayout?: number
  /** Banks of the self-test, of chips that have one. */
  readonly selfTestBanks?: number
}

/**
 * Control and status over AXI4-Lite: {@link registerMap}. One write and one read at a time; a write takes its
 * address and its data in the same cycle, whole words only (strobes other than 15 are refused with SLVERR, as
 * are addresses of no register and writes to registers that can only be read).
 *
 * `self_test_start_o` is 1 in the cycle of the write that starts a self-test, `self_test_next_o` in that of a read of a
 * signature, which waits while `self_test_shifting_i`.
 */
export function axiLiteRegisters(parameters: RegisterParameters) {
  const { positions, vocabulary, adapterLayout, selfTestBanks } = parameters
  const adapters = adapterLayout === undefined ? '' : `_a${adapterLayout.toString(16)}`
  const selfTest = selfTestBanks === undefined ? '' : `_st${selfTestBanks}`
  return defineModule(
    `axi_lite_registers_p${positions}_v${vocabulary}${adapters}${selfTest}`,
    {
      ...axiLitePorts,
      busy_i: input(bool),
      overflow_i: input(bool),
      position_i: input(indexType(positions)),
      max_tokens_o: output(word),
      stop_token_o: output(uint(31)),
      stop_enable_o: output(bool),
      keep_cache_o: output(bool),
      ...optionalPorts(adapterLayout, () => ({
        adapter_select_o: output(uint(2)),
        adapter_status_i: input(word),
      })),
      ...optionalPorts(selfTestBanks, () => ({
        self_test_running_i: input(bool),
        self_test_done_i: input(bool),
        self_test_shifting_i: input(bool),
        self_test_signature_i: input(word),
        self_test_start_o: output(bool),
        self_test_next_o: output(bool),
      })),
    },
    (m, ports) => {
      const maxTokens = m.register('max_tokens', word, { reset: 0 })
      const stopToken = m.register('stop_token', word, { reset: 0 })
      const keepCache = m.register('keep_cache', bool, { reset: false })
      const adapterSelect =
        adapterLayout === undefined
          ? undefined
          : m.register('adapter_select', uint(2), { reset: 0 })
      const starts = selfTestBanks === undefined ? undefined : m.wire('self_test_starts', bool)
      starts?.assign(false)
      writeChannel(m, ports, (address, data) => {
        const matches = (register: number) => address.eq(register >> 2)
        const isIdle =
          selfTestBanks === undefined ? undefined : ports.busy_i.or(ports.self_test_running_i).not()
        const mayStart = isIdle?.and(matches(registerMap.SELF_TEST))
        if (mayStart !== undefined) m.when(mayStart, () => starts?.assign(data.bit(0)))
        m.when(matches(registerMap.MAX_TOKENS), () => maxTokens.next(data))
        m.when(matches(registerMap.STOP_TOKEN), () => stopToken.next(data))
        m.when(matches(registerMap.CONTROL), () => keepCache.next(data.bit(controlBits.keepCache)))
        if (adapterSelect !== undefined) {
          m.when(matches(registerMap.ADAPTER_SELECT), () => adapterSelect.next(data.bits(1, 0)))
        }
        return [
          registerMap.MAX_TOKENS,
          registerMap.STOP_TOKEN,
          registerMap.CONTROL,
          ...(adapterSelect === undefined ? [] : [registerMap.ADAPTER_SELECT]),
        ]
          .map(matches)
          .concat(mayStart ?? [])
          .reduce((any, one) => any.or(one))
      })
      const registers = [
        [registerMap.ID, word.literal(chipId)],
        [
          registerMap.STATUS,
          flag(ports.busy_i, statusBits.busy).or(flag(ports.overflow_i, statusBits.promptOverflow)),
        ],
        [registerMap.MAX_TOKENS, maxTokens],
        [registerMap.STOP_TOKEN, stopToken],
        [registerMap.POSITION, ports.position_i.extend(32)],
        [registerMap.CONTROL, flag(keepCache, controlBits.keepCache)],
        [registerMap.CONTEXT, word.literal(positions)],
        [registerMap.VOCABULARY, word.literal(vocabulary)],
        ...(adapterSelect === undefined
          ? []
          : ([
              [registerMap.ADAPTER_SELECT, adapterSelect.extend(32)],
              [registerMap.ADAPTER_STATUS, ports.adapter_status_i],
              [registerMap.ADAPTER_LAYOUT, word.literal(adapterLayout!)],
            ] as const)),
        ...(selfTestBanks === undefined
          ? []
          : ([
              [
                registerMap.SELF_TEST,
                flag(ports.self_test_running_i, selfTestBits.running).or(
                  flag(ports.self_test_done_i, selfTestBits.done),
                ),
              ],
              [registerMap.SELF_TEST_SIGNATURE, ports.self_test_signature_i],
              [registerMap.SELF_TEST_BANKS, word.literal(selfTestBanks)],
            ] as const)),
      ] as const
      if (selfTestBanks === undefined) readChannel(m, ports, registers)
      else {
        const readsSignature = readChannel(m, ports, registers, {
          address: registerMap.SELF_TEST_SIGNATURE,
          waits: ports.self_test_shifting_i,
          isThere: ports.self_test_done_i,
        })
        ports.self_test_start_o.assign(starts!)
        ports.self_test_next_o.assign(readsSignature!.and(ports.self_test_done_i))
      }
      if (adapterSelect !== undefined) ports.adapter_select_o.assign(adapterSelect)
      ports.max_tokens_o.assign(maxTokens)
      ports.stop_token_o.assign(stopToken.bits(30, 0))
      ports.stop_enable_o.assign(stopToken.bit(31))
      ports.keep_cache_o.assign(keepCache)
    },
    { documentation: 'Control and status registers behind AXI4-Lite' },
  )
}

type Ports = InnerPorts<typeof axiLitePorts>

const okay = 0
const slaveError = 2

/** A word with one bit that may be 1. */
function flag(value: Bool, bit: number): UInt {
  return value.asUInt().extend(32).shl(bit).truncate(32)
}

/** @param write writes registers and says whether there is one */
function writeChannel(
  m: ModuleBuilder,
  ports: Ports,
  write: (address: UInt, data: UInt) => Bool,
): void {
  const valid = m.register('write_response_valid', bool, { reset: false })
  const response = m.register('write_response', uint(2), { reset: okay })
  const accepts = m.let(
    'write_accepts',
    ports.s_axil_awvalid.and(ports.s_axil_wvalid).and(valid.not().or(ports.s_axil_bready)),
  )
  m.when(ports.s_axil_bready, () => valid.next(false))
  const address = m.let('write_address', ports.s_axil_awaddr.bits(addressBits - 1, 2))
  m.unused(ports.s_axil_awaddr)
  m.when(accepts, () => {
    valid.next(true)
    response.next(slaveError)
    m.when(ports.s_axil_wstrb.eq(15), () => {
      const known = write(address, ports.s_axil_wdata)
      m.when(known, () => response.next(okay))
    })
  })
  ports.s_axil_awready.assign(accepts)
  ports.s_axil_wready.assign(accepts)
  ports.s_axil_bvalid.assign(valid)
  ports.s_axil_bresp.assign(response)
}

interface SlowRegister {
  readonly address: number
  /** A read is not taken. */
  readonly waits: Bool
  /** It can be read; otherwise the answer is an error. */
  readonly isThere: Bool
}

/** @returns whether the slow register is read, when there is one */
function readChannel(
  m: ModuleBuilder,
  ports: Ports,
  registers: readonly (readonly [number, UInt])[],
  slow?: SlowRegister,
): Bool | undefined {
  const valid = m.register('read_valid', bool, { reset: false })
  const data = m.register('read_data', word)
  const response = m.register('read_response', uint(2), { reset: okay })
  const isFree = ports.s_axil_arvalid.and(valid.not().or(ports.s_axil_rready))
  const isSlow = slow && ports.s_axil_araddr.bits(addressBits - 1, 2).eq(slow.address >> 2)
  const accepts = m.let(
    'read_accepts',
    slow === undefined ? isFree : isFree.and(isSlow!.and(slow.waits).not()),
  )
  m.when(ports.s_axil_rready, () => valid.next(false))
  m.unused(ports.s_axil_araddr)
  m.when(accepts, () => {
    valid.next(true)
    m.switch(ports.s_axil_araddr.bits(addressBits - 1, 2), (cases) => {
      for (const [address, value] of registers) {
        cases.is(address >> 2, () => {
          data.next(value)
          response.next(
            slow?.address === address
              ? mux(slow.isThere, uint(2).literal(okay), uint(2).literal(slaveError))
              : okay,
          )
        })
      }
      cases.otherwise(() => {
        data.next(0)
        response.next(slaveError)
      })
    })
  })
  ports.s_axil_arready.assign(accepts)
  ports.s_axil_rvalid.assign(valid)
  ports.s_axil_rdata.assign(data)
  ports.s_axil_rresp.assign(response)
  return isSlow?.and(accepts)
}
