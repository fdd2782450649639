import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { counter } from '../../../testbench/example-designs.js'
import { InputError } from '../../common/input-error.js'
import { nativeSuite } from '../../common/tools.js'
import type { EmittedDesign } from '../../emit/emitted-design.js'
import {
  buildVerilator,
  openVerilator,
  removeExecutable,
  type VerilatorExecutable,
} from './index.js'

const suite = nativeSuite('Verilator builds', ['verilator', 'g++'])

/** A design that no earlier run has built. */
function freshCounter(text = counter.files[0]!.text): EmittedDesign {
  const mark = `// ${process.pid} ${Math.random()}\n`
  return { ...counter, files: [{ path: 'counter.sv', text: `${text}${mark}` }] }
}

describe.skipIf(suite.skip)(suite.title, () => {
  const built: VerilatorExecutable[] = []

  async function build(...args: Parameters<typeof buildVerilator>): Promise<VerilatorExecutable> {
    const executable = await buildVerilator(...args)
    built.push(executable)
    return executable
  }

  function countsUp(executable: VerilatorExecutable): boolean {
    const engine = openVerilator(executable)
    try {
      engine.poke(1, 1n)
      engine.poke(2, 1n)
      engine.step(0, 2)
      return engine.peek(3) === 11n
    } finally {
      engine.close()
    }
  }

  afterEach(() => {
    for (const executable of built.splice(0)) removeExecutable(executable)
  })

  test('are found in the cache afterwards, and not after removal', async () => {
    const design = freshCounter()
    const messages: string[] = []
    const first = await build(design, { onProgress: (message) => messages.push(message) })
    expect(first.cached).toBe(false)
    expect(messages).toEqual(['verilating', 'compiling'])
    expect(countsUp(first)).toBe(true)
    const second = await build(design)
    expect(second).toEqual({ ...first, cached: true })
    expect(countsUp(second)).toBe(true)
    removeExecutable(first)
    expect((await build(design)).cached).toBe(false)
  })

  test('depend on the flags', async () => {
    const design = freshCounter()
    const plain = await build(design)
    const checked = await build(design, { assertions: true })
    expect(checked.hash).not.toBe(plain.hash)
    expect(checked.cached).toBe(false)
  })

  test('of the same design at once are one build', async () => {
    const design = freshCounter()
    const [first, second] = await Promise.all([build(design), build(design)])
    expect(second).toEqual(first)
    expect(countsUp(first!)).toBe(true)
  })

  test('replace an executable that was damaged in the cache', async () => {
    const design = freshCounter()
    const first = await build(design)
    const { mtimeMs } = statSync(first.path)
    const bytes = readFileSync(first.path)
    bytes.fill(0, 5000, 6000)
    writeFileSync(first.path, bytes)
    chmodSync(first.path, 0o755)
    const second = await build(design)
    expect(second.cached).toBe(false)
    expect(statSync(second.path).mtimeMs).not.toBe(mtimeMs)
    expect(countsUp(second)).toBe(true)
  })

  test('replace an entry whose memory image was damaged', async () => {
    const fresh = freshCounter()
    const image = { path: 'contents.hex', text: '00\n' }
    const design = { ...fresh, files: [...fresh.files, image] }
    const first = await build(design)
    writeFileSync(join(first.directory, 'contents.hex'), '01\n')
    const second = await build(design)
    expect(second.cached).toBe(false)
    expect(readFileSync(join(second.directory, 'contents.hex'), 'utf8')).toBe('00\n')
  })

  test('report a syntax error with the place in the design', async () => {
    const broken = freshCounter(counter.files[0]!.text.replace('count_q + 8', 'count_q +; 8'))
    const failure = build(broken)
    await expect(failure).rejects.toThrow(InputError)
    await expect(failure).rejects.toThrow(
      /^counter\.sv:11:\d+: verilator: syntax error, unexpected ';'/,
    )
  })

  test('report a module that is missing', async () => {
    const incomplete = freshCounter(
      counter.files[0]!.text.replace('endmodule', '  absent u_absent ();\nendmodule'),
    )
    await expect(build(incomplete)).rejects.toThrow(
      /^counter\.sv:15:\d+: verilator: Cannot find file containing module: 'absent'/,
    )
  })

  test('report a cache folder that cannot be written, and leave nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    try {
      const file = join(folder, 'file')
      writeFileSync(file, '')
      const failure = build(counter, { cacheDirectory: join(file, 'cache') })
      await expect(failure).rejects.toThrow(InputError)
      await expect(failure).rejects.toThrow(
        /file\/cache: the simulator cache cannot be written: ENOTDIR.*set ROMULUS_CACHE/,
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('refuse files outside of the design', async () => {
    const design = { ...counter, files: [{ path: '../counter.sv', text: '' }] }
    await expect(build(design)).rejects.toThrow('../counter.sv lies outside of the design')
  })
})
