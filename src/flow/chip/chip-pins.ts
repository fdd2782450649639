import { type RegisterName, registerMap } from '../../compiler/register-map.js'
import type { Engine } from '../../sim/index.js'
import { VectorLayout } from '../../sim/testbench/vector-layout.js'

/** The ports of a chip over any engine, from the side of its host. */
export class ChipPins {
  readonly #numbers: ReadonlyMap<string, number>
  readonly #clock: number
  readonly #layout: VectorLayout
  readonly #inputs: Uint32Array
  #cycles = 0

  /** @param patience cycles that a handshake may take */
  constructor(
    private readonly engine: Engine,
    private readonly patience = 1_000_000,
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

  /** Steps and gives the logits that come meanwhile. */
  stepReadingLogits(cycles: number): Float32Array {
    const stimulus = new Uint32Array(cycles * this.#inputs.length)
    for (let cycle = 0; cycle < cycles; cycle++) {
      stimulus.set(this.#inputs, cycle * this.#inputs.length)
    }
    const outputs = this.engine.runVectors({ clockPort: this.#clock, cycles, stimulus })
    this.#cycles += cycles
    const output = (name: string, cycle: number) =>
      this.#layout.get(outputs, cycle, this.#number(`m_axis_logits_${name}`))
    const patterns: number[] = []
    for (let cycle = 0; cycle < cycles; cycle++) {
      if (output('tvalid', cycle) === 0n) continue
      let data = output('tdata', cycle)
      for (let keep = output('tkeep', cycle); keep > 0n; keep >>= 4n) {
        patterns.push(Number(BigInt.asUintN(32, data)))
        data >>= 32n
      }
    }
    return new Float32Array(Uint32Array.from(patterns).buffer)
  }

  reset(): void {
    this.#set('rst_ni', 0)
    this.step(2)
    this.#set('rst_ni', 1)
    this.#set('s_axil_bready', 1)
    this.#set('s_axil_wstrb', 15)
  }

  /** Sends the tokens of a prompt; from the cycle after the last one's transfer it runs. */
  sendPrompt(tokens: readonly number[]): void {
    for (const [i, token] of tokens.entries()) {
      this.#set('s_axis_prompt_tdata', token)
      this.#set('s_axis_prompt_tlast', i === tokens.length - 1 ? 1 : 0)
      this.#set('s_axis_prompt_tvalid', 1)
      this.waitFor('s_axis_prompt_tready')
      this.step()
      this.#set('s_axis_prompt_tvalid', 0)
    }
  }

  /** The cycles until a token is offered; undefined when there is none within `most` cycles. */
  waitForToken(most: number): number | undefined {
    return this.#runUntilHigh('m_axis_token_tvalid', most)
  }

  /** Takes the token that is offered; one clock edge. */
  takeToken(): { token: number; last: boolean } {
    const token = Number(this.#get('m_axis_token_tdata'))
    const last = this.#get('m_axis_token_tlast') === 1n
    this.#set('m_axis_token_tready', 1)
    this.step()
    this.#set('m_axis_token_tready', 0)
    return { token, last }
  }

  writeRegister(register: RegisterName, value: number): void {
    this.#set('s_axil_awaddr', registerMap[register])
    this.#set('s_axil_wdata', value)
    this.#set('s_axil_awvalid', 1)
    this.#set('s_axil_wvalid', 1)
    this.waitFor('s_axil_awready')
    this.step()
    this.#set('s_axil_awvalid', 0)
    this.#set('s_axil_wvalid', 0)
    this.waitFor('s_axil_bvalid')
    this.step()
  }

  readRegister(register: RegisterName): number {
    this.#set('s_axil_araddr', registerMap[register])
    this.#set('s_axil_arvalid', 1)
    this.waitFor('s_axil_arready')
    this.step()
    this.#set('s_axil_arvalid', 0)
    this.waitFor('s_axil_rvalid')
    const data = Number(this.#get('s_axil_rdata'))
    this.#set('s_axil_rready', 1)
    this.step()
    this.#set('s_axil_rready', 0)
    return data
  }

  /** @throws Error when the signal stays 0 */
  waitFor(signal: string): void {
    const taken = this.#runUntilHigh(signal, this.patience)
    if (taken === undefined) throw new Error(`${signal} is still 0 after ${this.patience} cycles`)
  }

  /** The cycles until a signal is 1; undefined when it is not within `most` cycles. */
  #runUntilHigh(signal: string, most: number): number | undefined {
    const taken = this.engine.runUntil(this.#clock, this.#number(signal), 1n, most)
    this.#cycles += taken ?? most
    return taken
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
