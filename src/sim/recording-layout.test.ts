import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counter, twoClocks, wide } from '../../testbench/example-designs.js'
import { FrameBuffer, frameHeaderWords, Opcode, portTableHash } from './recording-format.js'
import { batchSizes, readValue, recordLayout, writeValue } from './recording-layout.js'

describe('record layout', () => {
  test('puts inputs and outputs in port order and leaves out clocks', () => {
    expect(recordLayout(twoClocks.ports)).toEqual({
      inputWords: 2,
      outputWords: 3,
      offsets: [-1, -1, 0, 1, 0, 1, 2],
    })
    const { inputWords, outputWords } = recordLayout(wide.ports)
    expect([inputWords, outputWords]).toEqual([34, 68])
  })

  test('values come back modulo their width and disturb no neighbour', () => {
    const value = fc.bigInt({ min: -(1n << 320n), max: 1n << 320n })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), value, (width, number) => {
        const count = Math.ceil(width / 32)
        const words = new Uint32Array(count + 2).fill(0xa5a5a5a5)
        writeValue(words, 1, width, number)
        expect(readValue(words, 1, width)).toBe(BigInt.asUintN(width, number))
        expect([words[0], words[count + 1]]).toEqual([0xa5a5a5a5, 0xa5a5a5a5])
        if (width % 32 !== 0) {
          words[count]! |= 0x8000_0000
          expect(readValue(words, 1, width)).toBe(BigInt.asUintN(width, number))
        }
      }),
      { seed: 1 },
    )
  })

  test('batches cover all cycles', () => {
    expect([...batchSizes(0, 4)]).toEqual([])
    expect([...batchSizes(9, 4)]).toEqual([
      { first: 0, size: 4 },
      { first: 4, size: 4 },
      { first: 8, size: 1 },
    ])
  })
})

describe('frames', () => {
  test('are collected with their lengths and survive growth', () => {
    const frames = new FrameBuffer()
    const first = frames.append(Opcode.poke, 2)
    frames.words.set([7, 8], first)
    const second = frames.append(Opcode.run, 5000)
    expect(second).toBe(first + 2 + frameHeaderWords)
    const words = new Uint32Array(frames.bytes().slice().buffer)
    expect([...words.subarray(0, 6)]).toEqual([12, Opcode.poke, 7, 8, 20_004, Opcode.run])
    expect(words).toHaveLength(5006)
    frames.clear()
    expect(frames.byteLength).toBe(0)
  })

  test('the hash of the ports tells every property of them', () => {
    const hash = portTableHash(counter.ports).join()
    const changes = [
      { name: 'x' },
      { direction: 'input' },
      { width: 9 },
      { signed: true },
      { role: 'reset' },
    ] as const
    for (const change of changes) {
      const ports = counter.ports.map((port, index) =>
        index === 3 ? { ...port, ...change } : port,
      )
      expect(portTableHash(ports).join()).not.toBe(hash)
    }
    expect(portTableHash([...counter.ports].reverse()).join()).not.toBe(hash)
  })
})
