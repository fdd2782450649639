import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { contentKey, openCache } from './result-cache.js'

const folder = mkdtempSync(join(tmpdir(), 'romulus-cache-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('gives back what was stored, and leaves nothing half written', () => {
  const cache = openCache('a', folder)
  const key = contentKey(['some', 'contents'])
  expect(cache.get(key)).toBeUndefined()
  cache.set(key, { area: 3.5, name: 'x' })
  expect(openCache('a', folder).get(key)).toEqual({ area: 3.5, name: 'x' })
  expect(readdirSync(join(folder, 'a', key.slice(0, 2)))).toEqual([`${key.slice(2)}.json`])
})

test('a damaged file counts as none', () => {
  const cache = openCache('b', folder)
  const key = contentKey('c')
  const file = join(folder, 'b', key.slice(0, 2), `${key.slice(2)}.json`)
  cache.set(key, { area: 3 })
  writeFileSync(file, readFileSync(file, 'utf8').replace('3', '4'))
  expect(cache.get(key)).toBeUndefined()
  writeFileSync(file, '{"dig')
  expect(cache.get(key)).toBeUndefined()
  cache.set(key, { area: 5 })
  expect(cache.get(key)).toEqual({ area: 5 })
})

test('a folder that cannot be written costs time, not results', () => {
  const blocked = join(folder, 'file')
  writeFileSync(blocked, '')
  const cache = openCache('file', folder)
  cache.set(contentKey(1), 1)
  expect(cache.get(contentKey(1))).toBeUndefined()
  expect(readFileSync(blocked, 'utf8')).toBe('')
})

test('keys tell contents apart', () => {
  expect(contentKey(['a', 'b'])).not.toBe(contentKey(['ab']))
  expect(contentKey({ a: 1 })).toBe(contentKey({ a: 1 }))
})
