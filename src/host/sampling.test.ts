import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distribution, openSampler } from './sampling.js'

const someLogits = fc
  .array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((numbers) => Float32Array.from(numbers))
const options = fc.record(
  {
    temperature: fc.oneof(fc.constant(0), fc.double({ min: 0.05, max: 10, noNaN: true })),
    topK: fc.integer({ min: 1, max: 50 }),
    topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
  },
  { requiredKeys: [] },
)

/** Probabilities as the definition says, nothing cut. */
function softmax(logits: Float32Array, temperature: number): number[] {
  const largest = Math.max(...logits)
  const weights = [...logits].map((logit) => Math.exp((logit - largest) / temperature))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}

test('without cuts the probabilities are those of softmax at the temperature', () => {
  fc.assert(
    fc.property(
      someLogits,
      fc.double({ min: 0.05, max: 10, noNaN: true }),
      (logits, temperature) => {
        const expected = softmax(logits, temperature)
        const likely = distribution(logits, { temperature })
        expect(likely.map(({ token }) => token).sort((a, b) => a - b)).toEqual([...logits.keys()])
        for (const { token, probability } of likely) {
          expect(probability).toBeCloseTo(expected[token]!, 12)
        }
      },
    ),
  )
})

test('what is kept are the likeliest tokens, at most topK, and the fewest with topP together', () => {
  fc.assert(
    fc.property(someLogits, options, (logits, { temperature = 1, topK, topP, ...rest }) => {
      const cuts = {
        ...(topK === undefined ? {} : { topK }),
        ...(topP === undefined ? {} : { topP }),
      }
      const likely = distribution(logits, { temperature, ...cuts, ...rest })
      const kept = new Set(likely.map(({ token }) => token))
      expect(kept.size).toBe(likely.length)
      const least = Math.min(...likely.map(({ token }) => logits[token]!))
      for (const [token, logit] of logits.entries()) {
        if (!kept.has(token)) expect(logit).toBeLessThanOrEqual(least)
      }
      expect(likely.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12)
      if (temperature === 0) {
        expect(likely).toEqual([{ token: logits.indexOf(Math.max(...logits)), probability: 1 }])
        return
      }
      const candidates = softmax(logits, temperature)
        .sort((a, b) => b - a)
        .slice(0, topK)
      const sum = (count: number) => candidates.slice(0, count).reduce((a, b) => a + b, 0)
      const nucleus = (topP ?? 1) * sum(candidates.length)
      expect(sum(likely.length)).toBeGreaterThanOrEqual(nucleus - 1e-12)
      if (topP === undefined) expect(likely.length).toBe(candidates.length)
      else expect(sum(likely.length - 1)).toBeLessThan(nucleus + 1e-12)
    }),
  )
})

test('the largest logit alone is drawn at temperature 0, with topK 1, and with a small topP', () => {
  const logits = Float32Array.of(-1, 3, 0, 3)
  for (const greedy of [{ temperature: 0 }, { topK: 1 }, { topP: 1e-9 }]) {
    expect(distribution(logits, greedy)).toEqual([{ token: 1, probability: 1 }])
    expect(openSampler({ ...greedy, seed: 1 })(logits)).toBe(1)
  }
})

test.each([
  {},
  { temperature: 0.8, topP: 0.9 },
  { temperature: 1.5, topK: 5 },
  { temperature: 2, topK: 7, topP: 0.95 },
])('tokens are drawn as often as they are likely: %j', (given) => {
  const seed = 20260413
  const draws = 50_000
  const logits = Float32Array.of(0.5, -2, 1.75, 0.5, 3, -0.25, 2.5, -6, 1)
  const sampler = openSampler({ ...given, seed })
  const counts = new Array<number>(logits.length).fill(0)
  for (let i = 0; i < draws; i++) counts[sampler(logits)]!++
  const likely = distribution(logits, given)
  const terms = likely.map(({ token, probability }) => {
    const expected = draws * probability
    return (counts[token]! - expected) ** 2 / expected
  })
  const chiSquare = terms.reduce((a, b) => a + b)
  // With at most 8 degrees of freedom above 40 in one run of 300,000.
  expect(chiSquare, `seed ${seed}: ${counts.join(' ')}`).toBeLessThan(40)
  const drawn = counts.filter((count) => count > 0).length
  expect(drawn, `seed ${seed}`).toBe(likely.length)
})

test('equal seeds draw equal tokens', () => {
  const logits = new Float32Array(100)
  const drawn = (seed: number) => {
    const sampler = openSampler({ seed })
    return Array.from({ length: 20 }, () => sampler(logits))
  }
  expect(drawn(5)).toEqual(drawn(5))
})

test.each([0, 1, 7])('draw %i of neighbouring seeds has nothing in common', (draw) => {
  const logits = new Float32Array(1000)
  const seeds = 2000
  const drawn = Array.from({ length: seeds }, (_, seed) => {
    const sampler = openSampler({ seed })
    for (let i = 0; i < draw; i++) sampler(logits)
    return (sampler(logits) - 499.5) / Math.sqrt(1000 ** 2 / 12)
  })
  expect(drawn.reduce((sum, value) => sum + value ** 2, 0) / seeds).toBeCloseTo(1, 1)
  for (const lag of [1, 2, 3, 4, 8, 16]) {
    const products = drawn.slice(lag).map((value, i) => value * drawn[i]!)
    // Five standard deviations of the mean of as many products of independent numbers.
    const mean = products.reduce((a, b) => a + b) / products.length
    expect(Math.abs(mean), `lag ${lag}`).toBeLessThan(5 / Math.sqrt(products.length))
  }
})

test.each([
  [{ temperature: -1 }, 'temperature: is a number from 0 on, not -1'],
  [{ temperature: Number.NaN }, 'not NaN'],
  [{ topK: 0 }, 'topK: is a whole number from 1 on, not 0'],
  [{ topK: 1.5 }, 'not 1.5'],
  [{ topP: 0 }, 'topP: is above 0 and at most 1, not 0'],
  [{ topP: 1.01 }, 'not 1.01'],
])('%j is refused', (given, message) => {
  expect(() => openSampler({ ...given, seed: 1 })).toThrow(message)
})
