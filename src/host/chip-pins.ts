import { type RegisterName, registerMap } from '../compiler/register-map.js'
import type { Engine } from '../sim/index.js'
import { VectorLayout } from '../sim/testbench/vector-layout.js'

/**
 * The ports of a chip in any engine, from the side of its host: AXI4-Lite for the registers, AXI4-Streams for prompt, tokens
 * and logits.
 */
export class ChipPins {
  readonly #numbers: ReadonlyMap<string, number>
  readonly #clock: number
  readonly #layout: VectorLayout
  readonly #inputs: Uint32Array
  #cycles = 0
  /** Words of an adapter's frame that are still to be sent. */
  #adapterWords: Uint32Array = new Uint32Array()

  /** @param patience cycles after which a handshake is given up */
  constructor(
    private readonly engine: Engine,
    readonly patience = 1_000_000,
  ) {
    this.#numbers = new Map(engine.ports.map(({ name }, number) => [name, number]))
    this.#clock = this.#number('clk_i')
    this.#layout = new VectorLayout(engine.ports)
    this.#inputs = new Uint32Array(this.#layout.inputWords)
  }

  /** Rising clock edges so far. */
  get cycles(): number {
    return this.#cycles
  }

  step(cycles = 1): void {
    this.engine.step(this.#clock, cycles)
    this.#cycles += cycles
  }

  reset(): void {
    this.#set('rst_ni', 0)
    this.step(2)
    this.#set('rst_ni', 1)
    this.#set('s_axil_bready', 1)
    this.#set('s_axil_wstrb', 15)
    this.#adapterWords = new Uint32Array()
  }

  /** Sends a token of a prompt, perhaps its last one; it starts in the cycle after its transfer. */
  sendPromptToken(token: number, isLast: boolean): void {
    this.#set('s_axis_prompt_tdata', token)
    this.#set('s_axis_prompt_tlast', isLast ? 1 : 0)
    this.#set('s_axis_prompt_tvalid', 1)
    this.#waitFor('s_axis_prompt_tready')
    this.step()
    this.#set('s_axis_prompt_tvalid', 0)
  }

  /** The logits of the token under way, to the beat with `tlast`. @throws Error when they do not come */
  readLogits(): Float32Array {
    const patterns: number[] = []
    let output: (name: string) => bigint
    do {
      this.#waitFor('m_axis_logits_tvalid')
      output = this.#stepReadingOutputs()
      let data = output('m_axis_logits_tdata')
      for (let keep = output('m_axis_logits_tkeep'); keep > 0n; keep >>= 4n) {
        patterns.push(Number(BigInt.asUintN(32, data)))
        data >>= 32n
      }
    } while (output('m_axis_logits_tlast') === 0n)
    return new Float32Array(Uint32Array.from(patterns).buffer)
  }

  /** Hands over an adapter's frame, which is sent in the cycles of waiting, and by {@link sendAdapterWords}. */
  startAdapter(frame: Uint32Array): void {
    this.#adapterWords = frame
  }

  /** Words of the frame that are still to be sent. */
  get adapterWordsLeft(): number {
    return this.#adapterWords.length
  }

  /** Sends so many words of the frame, as far as there are, one a cycle: the chip takes one in every cycle. */
  sendAdapterWords(count: number): void {
    const [valid, data, last] = ['tvalid', 'tdata', 'tlast'].map((name) =>
      this.#number(`s_axis_adapter_${name}`),
    )
    const words = this.#adapterWords.subarray(0, count)
    if (words.length === 0) return
    this.#adapterWords = this.#adapterWords.subarray(count)
    const stimulus = new Uint32Array(words.length * this.#inputs.length)
    for (const [cycle, word] of words.entries()) {
      stimulus.set(this.#inputs, cycle * this.#inputs.length)
      this.#layout.set(stimulus, cycle, valid!, 1n)
      this.#layout.set(stimulus, cycle, data!, BigInt(word))
    }
    if (this.#adapterWords.length === 0) this.#layout.set(stimulus, words.length - 1, last!, 1n)
    this.engine.runVectors({ clockPort: this.#clock, cycles: words.length, stimulus })
    this.#cycles += words.length
    this.#set('s_axis_adapter_tvalid', 0)
    this.#set('s_axis_adapter_tlast', 0)
  }

  /** Runs until a token is offered. @throws Error when none comes */
  waitForToken(): void {
    this.#waitFor('m_axis_token_tvalid')
  }

  /** The token that is offered. */
  offeredToken(): { token: number; last: boolean } {
    const token = Number(this.#get('m_axis_token_tdata'))
    return { token, last: this.#get('m_axis_token_tlast') === 1n }
  }

  /** Takes the token that is offered; one clock edge. */
  takeToken(): void {
    this.#set('m_axis_token_tready', 1)
    this.step()
    this.#set('m_axis_token_tready', 0)
  }

  writeRegister(register: RegisterName, value: number): void {
    this.#set('s_axil_awaddr', registerMap[register])
    this.#set('s_axil_wdata', value)
    this.#set('s_axil_awvalid', 1)
    this.#set('s_axil_wvalid', 1)
    this.#waitFor('s_axil_awready')
    this.step()
    this.#set('s_axil_awvalid', 0)
    this.#set('s_axil_wvalid', 0)
    this.#waitFor('s_axil_bvalid')
    this.step()
  }

  readRegister(register: RegisterName): number {
    this.#set('s_axil_araddr', registerMap[register])
    this.#set('s_axil_arvalid', 1)
    this.#waitFor('s_axil_arready')
    this.step()
    this.#set('s_axil_arvalid', 0)
    this.#waitFor('s_axil_rvalid')
    const data = Number(this.#get('s_axil_rdata'))
    this.#set('s_axil_rready', 1)
    this.step()
    this.#set('s_axil_rready', 0)
    return data
  }

  /** Runs until a signal is 1, and sends words of an adapter meanwhile. @throws Error when it stays 0 */
  #waitFor(signal: string): void {
    const { patience } = this
    while (this.#adapterWords.length > 0 && this.#get(signal) === 0n) this.sendAdapterWords(1)
    const taken = this.engine.runUntil(this.#clock, this.#number(signal), 1n, patience)
    this.#cycles += taken ?? patience
    if (taken === undefined) throw new Error(`${signal} is still 0 after ${patience} cycles`)
  }

  /** One cycle. @returns the outputs before its clock edge */
  #stepReadingOutputs(): (name: string) => bigint {
    const batch = { clockPort: this.#clock, cycles: 1, stimulus: this.#inputs }
    const outputs = this.engine.runVectors(batch)
    this.#cycles++
    return (name) => this.#layout.get(outputs, 0, this.#number(name))
  }

  #set(name: string, value: number): void {
    const port = this.#number(name)
    this.engine.poke(port, BigInt(value))
    this.#layout.set(this.#inputs, 0, port, BigInt(value))
  }

  #get(name: string): bigint {
    return this.engine.peek(this.#number(name))
  }

  #number(name: string): number {
    const number = this.#numbers.get(name)
    if (number === undefined) throw new RangeError(`the chip has no port ${name}`)
    return number
  }
}
