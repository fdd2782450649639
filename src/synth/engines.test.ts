import { afterAll, describe, expect, test } from 'vitest'
import { noCache } from '../common/result-cache.js'
import { nativeSuite } from '../common/tools.js'
import { synthesize } from './synthesize.js'
import { accumulator, handWritten, pair } from './testing/designs.js'
import { wordLevelModules } from './word-level.js'
import { openYosys, type Yosys } from './yosys.js'

const suite = nativeSuite('WebAssembly and native Yosys', ['yosys'])

/** `0.55` of `0.55.944`. */
const release = ({ version }: Yosys) => version.split('.').slice(0, 2).join('.')

describe.skipIf(suite.skip)(suite.title, () => {
  if (suite.skip) return
  const engines = [openYosys(), openYosys({ engine: 'native' })] as const
  afterAll(() => {
    for (const engine of engines) engine.close()
  })
  const design = handWritten(pair, accumulator)

  test(`${engines.map(release).join(' and ')}: the same cells at word level`, async () => {
    const [wasm, native] = await Promise.all(
      engines.map(async (yosys) => {
        const modules = await wordLevelModules(design, yosys, { flatten: false })
        return modules.map(({ name, cells }) => [name, cells.map(({ type }) => type).sort()]).sort()
      }),
    )
    expect(wasm!.length).toBe(2)
    expect(wasm!.flat(2)).toContain('$mem_v2')
    expect(native).toEqual(wasm)
  })

  const same = release(engines[0]) === release(engines[1])
  test.skipIf(!same)(`the same gates${same ? '' : ' (skipped: the versions differ)'}`, async () => {
    const [wasm, native] = await Promise.all(
      engines.map((yosys) => synthesize(design, { yosys, cache: noCache })),
    )
    expect(native!.modules).toEqual(wasm!.modules)
  })

  test('flip-flops and memories do not depend on the version', async () => {
    const [wasm, native] = await Promise.all(
      engines.map(async (yosys) => {
        const { modules } = await synthesize(design, { yosys, cache: noCache })
        return modules.map(({ name, own, memoryBits }) => [name, own.flipFlops, memoryBits])
      }),
    )
    expect(native).toEqual(wasm)
  })
})
