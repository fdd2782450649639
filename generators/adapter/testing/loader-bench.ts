import { type AdapterStatus, adapterStatuses } from '../../../src/compiler/adapter-frame.js'
import type { Simulation } from '../../../src/sim/testbench/simulation.js'
import type { adapterLoader } from '../adapter-loader.js'
import type { PayloadWrite } from './expected-frame.js'

type LoaderPorts = ReturnType<typeof adapterLoader>['ports']

/** Drives a loader cycle by cycle and keeps what it writes. */
export class LoaderBench {
  readonly writes: PayloadWrite[] = []
  readonly #pins: Readonly<Record<'tvalid' | 'tready' | 'tdata' | 'tlast', number>>

  constructor(readonly simulation: Simulation<LoaderPorts>) {
    const { ports } = simulation.engine
    const pin = (name: string) => ports.findIndex((port) => port.name === `s_axis_adapter_${name}`)
    this.#pins = {
      tvalid: pin('tvalid'),
      tready: pin('tready'),
      tdata: pin('tdata'),
      tlast: pin('tlast'),
    }
  }

  get status(): AdapterStatus {
    return adapterStatuses[this.simulation.peek('status_o')]!
  }

  get loaded(): readonly boolean[] {
    return this.simulation.peek('slot_loaded_o')
  }

  /** A cycle with a word of a frame. */
  send(data: number, isLast: boolean): void {
    const { engine } = this.simulation
    engine.poke(this.#pins.tvalid, 1n)
    engine.poke(this.#pins.tdata, BigInt(data))
    engine.poke(this.#pins.tlast, isLast ? 1n : 0n)
    if (engine.peek(this.#pins.tready) !== 1n) throw new Error('the loader is not ready')
    this.#step()
  }

  sendFrame(words: ArrayLike<number>, pauses = 0): void {
    for (let i = 0; i < words.length; i++) {
      this.pause(pauses)
      this.send(words[i]!, i === words.length - 1)
    }
  }

  /** Cycles without a word; the other signals of the stream, which stay, mean nothing in them. */
  pause(cycles: number): void {
    this.simulation.engine.poke(this.#pins.tvalid, 0n)
    for (let i = 0; i < cycles; i++) this.#step()
  }

  #step(): void {
    const { simulation } = this
    simulation.step()
    if (!simulation.peek('write_valid_o')) return
    this.writes.push({
      slot: Number(simulation.peek('write_slot_o')),
      region: simulation.peek('write_region_o'),
      unit: simulation.peek('write_unit_o'),
      address: simulation.peek('write_address_o'),
      word: simulation.peek('write_word_o'),
      data: simulation.peek('write_data_o'),
    })
  }
}
