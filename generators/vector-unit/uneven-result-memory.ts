import { defineModule, type UInt, uint, Vec, vec } from '../../src/hdl/index.js'
import { number32 } from '../l-unit/datapath.js'
import { type ResultMemoryParameters, resultMemoryPorts } from './result-memory-ports.js'

/**
 * A result memory for ticks of any number of results: each lane of a word is a memory of its own, results turn to the
 * lanes on which they are due, and a tick may reach into the next word. `base_i` may be any beat.
 */
export function unevenResultMemory(parameters: ResultMemoryParameters) {
  const { vectorLanes, results, resultBeats } = parameters
  const wordLanes = Math.max(vectorLanes, 2 ** Math.ceil(Math.log2(results)))
  const laneBits = Math.log2(wordLanes)
  const beatBits = Math.log2(wordLanes / vectorLanes)
  const elements = uint(Math.log2(resultBeats * vectorLanes))
  const address = uint(elements.width - laneBits)
  return defineModule(
    `result_memory_v${vectorLanes}_u${results}_b${resultBeats}`,
    resultMemoryPorts(parameters),
    (m, ports) => {
      const next = m.register('next_element', elements, { reset: 0 })
      m.when(ports.valid_i, () => next.next(next.add(results).truncate(elements.width)))
      m.when(ports.start_i, () =>
        next.next(
          ports.base_i.extend(elements.width).shl(Math.log2(vectorLanes)).truncate(elements.width),
        ),
      )
      const row = next.bits(elements.width - 1, laneBits)
      const offset = next.bits(laneBits - 1, 0)
      const choices = Array.from({ length: wordLanes }, (_, i) =>
        i < results ? ports.results_i.at(i) : number32.literal(0),
      )
      const readRow = ports.address_i.shr(beatBits)
      const words = Array.from({ length: wordLanes }, (_, lane) => {
        const memory = m.memory(`lane${lane}`, number32, { depth: 2 ** address.width })
        const index = m.let(
          `turned${lane}`,
          uint(laneBits).literal(lane).sub(offset).asUnsigned().truncate(laneBits),
        )
        const isNext = offset.extend(laneBits + 1).gt(lane)
        const isDue = index.extend(laneBits + 1).lt(results)
        const at = row.add(isNext.asUInt()).truncate(address.width)
        m.when(ports.valid_i.and(isDue), () =>
          memory.write(at, new Vec(vec(number32, wordLanes), choices).select(index) as UInt),
        )
        return memory.read(`word${lane}`, readRow)
      })
      const part =
        beatBits === 0 ? undefined : m.delayed('part', ports.address_i.bits(beatBits - 1, 0))
      for (const [lane, port] of ports.beat_o.elements.entries()) {
        const beats = Array.from(
          { length: wordLanes / vectorLanes },
          (_, beat) => words[beat * vectorLanes + lane]!,
        )
        port.assign(
          part === undefined
            ? beats[0]!
            : (new Vec(vec(number32, beats.length), beats).select(part) as UInt),
        )
      }
    },
    {
      parameters: { vectorLanes, results, resultBeats },
      documentation: 'Results of the L array on their way to the vector unit',
    },
  )
}
