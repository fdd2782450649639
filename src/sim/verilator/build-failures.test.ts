import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { counter } from '../../../testbench/example-designs.js'

/** Builds with tools that are scripts, each in a module instance that knows no tool versions yet. */
describe('builds with failing tools', () => {
  let folder: string
  let cacheDirectory: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    cacheDirectory = join(folder, 'cache')
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
    vi.resetModules()
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  function script(name: string, lines: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`)
    chmodSync(join(folder, name), 0o755)
  }

  /** Answers the version queries, then translates with the given commands. */
  function fakeVerilator(version: string, translate: string): void {
    script(
      'verilator',
      `case "$1" in
--version) echo "Verilator ${version}"; exit 0;;
--getenv) echo /fake; exit 0;;
esac
mkdir -p ../code
${translate}`,
    )
  }

  function fakeCompiler(compile: string): void {
    script('g++', `case "$1" in --version) echo "g++ 12"; exit 0;; esac\n${compile}`)
  }

  const emptyLists = `printf 'VM_GLOBAL_FAST += \\\\\\n\\tverilated \\\\\\n' > ../code/Vmodel_classes.mk
: > ../code/Vmodel.mk`

  async function build(): Promise<unknown> {
    const { buildVerilator } = await import('./build.js')
    return buildVerilator(counter, { cacheDirectory })
  }

  test('need Verilator', async () => {
    vi.stubEnv('PATH', folder)
    await expect(build()).rejects.toThrow(
      'verilator not found (on Debian: apt-get install verilator)',
    )
  })

  test('need version 5 of it', async () => {
    fakeVerilator('4.038 2020-07-11 rev v4.036-114-g0cd4a57ad', '')
    fakeCompiler('')
    await expect(build()).rejects.toThrow('Verilator 4.038')
  })

  test.each([
    [
      'verilator',
      () => fakeVerilator('5.006', 'echo "write: No space left on device" >&2; exit 1'),
    ],
    ['g++', () => fakeCompiler('echo "fatal error: No space left on device" >&2; exit 1')],
  ])('blame a full disk when %s meets one, and leave nothing behind', async (_, breakTool) => {
    fakeVerilator('5.006', emptyLists)
    fakeCompiler('')
    breakTool()
    await expect(build()).rejects.toThrow(
      `${cacheDirectory}: the simulator cache cannot be written: no space left on device`,
    )
    expect(readdirSync(join(cacheDirectory, 'staging'))).toEqual([])
    expect(readdirSync(cacheDirectory)).toEqual(['staging'])
  })

  test('say what FST needs', async () => {
    fakeVerilator('5.006', emptyLists)
    fakeCompiler('echo "fatal error: zlib.h: No such file or directory" >&2; exit 1')
    await expect(build()).rejects.toThrow('FST waveforms of Verilator need the zlib library')
  })

  test('pass on what a compiler says', async () => {
    fakeVerilator('5.006', emptyLists)
    fakeCompiler('echo "internal compiler error" >&2; exit 4')
    await expect(build()).rejects.toThrow('g++ failed (exit code 4): internal compiler error')
  })
})
