import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findTool, missingTool, nativeSuite } from './tools.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'romulus-tools-'))
  vi.stubEnv('PATH', directory)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true })
})

function install(name: string, output: string): void {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\necho "${output}"\n`)
  chmodSync(path, 0o755)
}

describe('tool discovery', () => {
  test('finds a tool with its version', () => {
    install('verilator', 'Verilator 5.006 2023-01-22 rev (Debian 5.006-3)')
    expect(findTool('verilator')).toEqual({
      name: 'verilator',
      path: join(directory, 'verilator'),
      version: '5.006',
      versionLine: 'Verilator 5.006 2023-01-22 rev (Debian 5.006-3)',
    })
  })

  test('a tool that prints no version has an unknown one', () => {
    install('vvp', '')
    expect(findTool('vvp').version).toBe('unknown')
  })

  test('a missing tool is named with the way to install it', () => {
    expect(() => findTool('vvp')).toThrow('vvp not found (on Debian: apt-get install iverilog)')
  })

  test('a folder or a file without execute permission is no tool', () => {
    mkdirSync(join(directory, 'yosys'))
    writeFileSync(join(directory, 'iverilog'), '')
    expect(missingTool(['yosys'])).toBe('yosys not found')
    expect(missingTool(['iverilog'])).toBe('iverilog not found')
  })
})

describe('suites that need native tools', () => {
  test('are skipped by name when a tool is missing', () => {
    vi.stubEnv('ROMULUS_REQUIRE_TOOLS', '')
    install('verilator', 'Verilator 5.006')
    expect(nativeSuite('engine', ['verilator', 'g++'])).toEqual({
      title: 'engine (skipped: g++ not found)',
      skip: true,
    })
    expect(nativeSuite('engine', ['verilator'])).toEqual({ title: 'engine', skip: false })
  })

  test('are not skipped where the tools are required', () => {
    vi.stubEnv('ROMULUS_REQUIRE_TOOLS', '1')
    expect(nativeSuite('engine', ['verilator']).skip).toBe(false)
  })
})
