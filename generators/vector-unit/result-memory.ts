import { cat, defineModule, uint, Vec, vec } from '../../src/hdl/index.js'
import { number32 } from '../l-unit/datapath.js'
import { type ResultMemoryParameters, resultMemoryPorts } from './result-memory-ports.js'
import { unevenResultMemory } from './uneven-result-memory.js'

/**
 * Holds the results of the L array, `results` a tick, until they are read in beats of `vectorLanes`. `start_i`
 * says where the next tick goes: to the beat `base_i`, with a power of two of results a multiple of the beats of a
 * tick; later ticks follow, around the end of the memory. A tick that comes with `start_i` is still one of those before. What comes in a cycle may
 * be addressed in the next; a beat comes one clock edge after its address.
 */
export function resultMemory(parameters: ResultMemoryParameters) {
  const { vectorLanes, results, resultBeats } = parameters
  if (!Number.isInteger(Math.log2(results))) return unevenResultMemory(parameters)
  const wordLanes = Math.max(vectorLanes, results)
  const words = (resultBeats * vectorLanes) / wordLanes
  const ticksOfWord = wordLanes / results
  const beatsOfWord = wordLanes / vectorLanes
  return defineModule(
    `result_memory_v${vectorLanes}_u${results}_b${resultBeats}`,
    resultMemoryPorts(parameters),
    (m, ports) => {
      const memory = m.memory('results', vec(number32, wordLanes), {
        depth: words,
        laneWidth: results * number32.width,
      })
      const tickBits = Math.log2(ticksOfWord)
      const beatBits = Math.log2(beatsOfWord)
      const tick = m.register('tick', uint(Math.log2(words) + tickBits), { reset: 0 })
      m.when(ports.valid_i, () => {
        const data = Array.from({ length: wordLanes }, (_, i) => ports.results_i.at(i % results))
        const address = tick.shr(tickBits)
        if (tickBits === 0) memory.write(address, data)
        else {
          const mask = uint(ticksOfWord)
            .literal(1)
            .shiftLeft(tick.bits(tickBits - 1, 0))
          memory.write(address, data, { mask })
        }
        tick.next(tick.add(1).truncate(tick.width))
      })
      m.when(ports.start_i, () => {
        const base = ports.base_i.shr(beatBits)
        if (beatBits > 0) m.unused(ports.base_i)
        tick.next(tickBits === 0 ? base : cat(base, uint(tickBits).literal(0)))
      })
      const word = memory.read('word', ports.address_i.shr(beatBits))
      const part =
        beatBits === 0 ? undefined : m.delayed('part', ports.address_i.bits(beatBits - 1, 0))
      for (const [lane, port] of ports.beat_o.elements.entries()) {
        const choices = Array.from({ length: beatsOfWord }, (_, beat) =>
          word.at(beat * vectorLanes + lane),
        )
        port.assign(
          part === undefined
            ? choices[0]!
            : (new Vec(vec(number32, beatsOfWord), choices).select(part) as typeof port),
        )
      }
    },
    {
      parameters: { vectorLanes, results, resultBeats },
      documentation: 'Results of the L array on their way to the vector unit',
    },
  )
}
