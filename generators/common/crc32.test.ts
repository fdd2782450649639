import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32OfWords } from '../../src/common/crc32.js'
import { defineModule, input, output, uint } from '../../src/hdl/index.js'
import { openModule } from '../testing/open-embedded.js'
import { crc32Start, crc32Step } from './crc32.js'

const step = defineModule(
  'crc32_step',
  { state_i: input(uint(32)), word_i: input(uint(32)), state_o: output(uint(32)) },
  (m, { state_i, word_i, state_o }) => state_o.assign(crc32Step(m, state_i, word_i)),
)

test('the CRC of any words is that of zlib', () => {
  const simulation = openModule(step)
  const anyWord = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 2 ** 31))
  fc.assert(
    fc.property(fc.array(anyWord), (words) => {
      let state: number = crc32Start
      for (const word of words) {
        simulation.poke('state_i', state)
        simulation.poke('word_i', word)
        state = simulation.peek('state_o')
      }
      expect(~state >>> 0).toBe(crc32OfWords(Uint32Array.from(words)))
    }),
    { numRuns: 300 },
  )
})
