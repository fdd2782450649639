import { expect, test } from 'vitest'
import { Random } from '../../src/common/random.js'
import { defineModule, input, output, sint, uint } from '../../src/hdl/index.js'
import { numberOfBits32 } from '../testing/binary32.js'
import { openModule } from '../testing/open-embedded.js'
import { alignedMantissa } from './align-mantissa.js'

function aligner(mantissaBits: number) {
  return defineModule(
    `aligned_mantissa_m${mantissaBits}`,
    {
      number_i: input(uint(32)),
      exponent_i: input(uint(8)),
      mantissa_o: output(sint(mantissaBits)),
    },
    (m, { number_i, exponent_i, mantissa_o }) =>
      mantissa_o.assign(m.delayed('mantissa', alignedMantissa(number_i, exponent_i, mantissaBits))),
  )
}

function expected(bits: number, exponent: number, mantissaBits: number): number {
  const scaled = numberOfBits32(bits) * 2 ** (mantissaBits - 2 - (exponent - 127))
  const below = Math.floor(scaled)
  const isUp = scaled - below > 0.5 || (scaled - below === 0.5 && below % 2 !== 0)
  const limit = 2 ** (mantissaBits - 1) - 1
  return Math.max(-limit, Math.min(limit, isUp ? below + 1 : below)) || 0
}

function expectMantissas(
  mantissaBits: number,
  pairs: readonly (readonly [number, number])[],
): void {
  const { engine } = openModule(aligner(mantissaBits))
  const cycles = pairs.length + 1
  const stimulus = new Uint32Array(2 * cycles)
  stimulus.set(pairs.flat())
  const clockPort = engine.ports.findIndex(({ role }) => role === 'clock')
  const results = engine.runVectors({ clockPort, cycles, stimulus }).subarray(1)
  for (const [i, [bits, exponent]] of pairs.entries()) {
    const unused = 32 - mantissaBits
    const mantissa = (results[i]! << unused) >> unused
    const wanted = expected(bits, exponent, mantissaBits)
    if (mantissa !== wanted) {
      expect.fail(`${bits.toString(16)} at ${exponent} is ${mantissa}, not ${wanted}`)
    }
  }
}

test.each([10, 12, 16])(
  'ties, their neighbours and the largest numbers, %i bits',
  (mantissaBits) => {
    const lost = 24 - (mantissaBits - 1)
    const pairs = Array.from({ length: 30 }, (_, distance) => {
      const place = lost + distance
      const halves = [0, 1, 2, 3, 2 ** (23 - Math.min(place, 23)) - 1].map((whole) =>
        place <= 23 ? whole * 2 ** place + 2 ** (place - 1) : whole,
      )
      return [...halves, 0x7fffff, 0x400000, 0]
        .flatMap((fraction) => [fraction - 1, fraction, fraction + 1])
        .filter((fraction) => fraction >= 0 && fraction < 2 ** 23)
        .flatMap((fraction) =>
          [0, 0x80000000].map((sign) => [sign + 100 * 2 ** 23 + fraction, 100 + distance] as const),
        )
    }).flat()
    expectMantissas(mantissaBits, pairs)
  },
)

test('random numbers, zeros and subnormal ones', () => {
  const random = new Random(4)
  const pairs = Array.from({ length: 100_000 }, () => {
    const own = random.chance(0.1) ? 0 : random.integer(1, 254)
    const exponent = Math.min(254, Math.max(1, own) + random.integer(0, 20))
    const sign = random.integer(0, 1) * 2 ** 31
    return [sign + own * 2 ** 23 + random.integer(0, 2 ** 23 - 1), exponent] as const
  })
  expectMantissas(12, pairs)
})
