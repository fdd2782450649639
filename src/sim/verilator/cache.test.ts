import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BuildCache, contentHash } from './cache.js'

describe('build cache', () => {
  let folder: string
  let cache: BuildCache

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    cache = new BuildCache(folder)
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  function put(hash: string, text: string): string {
    const staged = cache.stage()
    writeFileSync(join(staged, 'result'), text)
    return cache.place(staged, 'kind', hash, ['result'])
  }

  test('finds what was placed', () => {
    expect(cache.find('kind', 'a')).toBeUndefined()
    const entry = put('a', 'text')
    expect(cache.find('kind', 'a')).toBe(entry)
    expect(readFileSync(join(entry, 'result'), 'utf8')).toBe('text')
    expect(cache.find('other', 'a')).toBeUndefined()
  })

  test('of two results with the same name keeps the first', () => {
    const entry = put('a', 'first')
    expect(put('a', 'second')).toBe(entry)
    expect(readFileSync(join(entry, 'result'), 'utf8')).toBe('first')
    expect(readdirSync(join(folder, 'staging'))).toEqual([])
  })

  test.each([
    ['a file that changed', (entry: string) => writeFileSync(join(entry, 'result'), 'other')],
    ['a missing file', (entry: string) => rmSync(join(entry, 'result'))],
    ['a missing manifest', (entry: string) => rmSync(join(entry, 'manifest.json'))],
    ['a damaged manifest', (entry: string) => writeFileSync(join(entry, 'manifest.json'), '{')],
  ])('throws away an entry with %s', (_, damage) => {
    const entry = put('a', 'text')
    damage(entry)
    expect(cache.find('kind', 'a')).toBeUndefined()
    expect(existsSync(entry)).toBe(false)
    expect(readdirSync(join(folder, 'staging'))).toEqual([])
  })

  test('removes entries', () => {
    put('a', 'text')
    cache.remove('kind', 'a')
    cache.remove('kind', 'a')
    expect(cache.find('kind', 'a')).toBeUndefined()
  })

  test('clears what killed builds left, but not what is being built', () => {
    const left = cache.stage()
    const current = cache.stage()
    const yesterday = Date.now() / 1000 - 25 * 3600
    utimesSync(left, yesterday, yesterday)
    cache.stage()
    expect(existsSync(left)).toBe(false)
    expect(existsSync(current)).toBe(true)
  })

  test('forgets what was not used for a month, when something new is placed', () => {
    const age = (entry: string, days: number) => {
      const then = Date.now() / 1000 - days * 24 * 3600
      utimesSync(entry, then, then)
    }
    const [unused, used, recent] = [put('a', ''), put('b', ''), put('c', '')]
    age(unused, 31)
    age(used, 31)
    age(recent, 29)
    expect(cache.find('kind', 'b')).toBe(used)
    put('d', '')
    expect([unused, used, recent].map((entry) => existsSync(entry))).toEqual([false, true, true])
  })

  test('blames the folder for what the system refuses, and nothing else', () => {
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    expect(() => cache.stage()).toThrow(/the simulator cache cannot be written: ENOTDIR|EEXIST/)
    rmSync(folder)
    mkdirSync(folder)
    expect(() =>
      cache.guarded(() => {
        throw new Error('bug')
      }),
    ).toThrow(/^bug$/)
  })

  test('lies where the environment says', () => {
    vi.stubEnv('ROMULUS_CACHE', '/somewhere')
    expect(new BuildCache(undefined).directory).toBe('/somewhere')
    vi.stubEnv('ROMULUS_CACHE', '')
    vi.stubEnv('XDG_CACHE_HOME', '/caches')
    expect(new BuildCache(undefined).directory).toBe('/caches/romulus')
    vi.stubEnv('XDG_CACHE_HOME', '')
    expect(new BuildCache(undefined).directory).toBe(join(homedir(), '.cache/romulus'))
  })

  test('names contents by their hash', () => {
    expect(contentHash(['a', 1])).toMatch(/^[0-9a-f]{32}$/)
    expect(contentHash(['a', 1])).toBe(contentHash(['a', 1]))
    expect(contentHash(['a', 1])).not.toBe(contentHash(['a', 2]))
  })
})
