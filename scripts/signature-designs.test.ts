import { afterAll, expect, test } from 'vitest'
import { openYosys } from '../src/synth/index.js'
import { signatureDesigns, signatureTransistors, unseenPairs } from './signature-designs.js'

const yosys = openYosys()
afterAll(() => yosys.close())

test('the chosen signature sees wrong neighbours, and is smaller than those that see more', async () => {
  const [added, chosen, crc, wide] = signatureDesigns
  const pairsOf = (design: typeof added) => unseenPairs(design!, 64, 16)
  expect(pairsOf(added).neighbours).toBeGreaterThan(0)
  expect(pairsOf(wide).neighbours).toBeGreaterThan(0)
  expect(pairsOf(chosen)).toMatchObject({ neighbours: 0 })
  expect(pairsOf(chosen).unseen).toBeLessThan(pairsOf(added).unseen)
  expect(pairsOf(crc)).toEqual({ pairs: (1024 * 1023) / 2, unseen: 0, neighbours: 0 })
  const [ours, others] = [
    await signatureTransistors(chosen!, 64, yosys),
    await signatureTransistors(crc!, 64, yosys),
  ]
  expect(ours).toBeGreaterThan(0)
  expect(ours).toBeLessThan(others)
})
