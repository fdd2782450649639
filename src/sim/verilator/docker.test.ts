import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { counter } from '../../../testbench/example-designs.js'
import { nativeSuite } from '../../common/tools.js'
import { dockerCommand } from './docker.js'
import { buildVerilator, openVerilator } from './index.js'
import { simulatorCommand } from './simulator-command.js'

describe('commands in a container', () => {
  let folder: string
  let docker: string
  const user = `${process.getuid?.()}:${process.getgid?.()}`

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    docker = join(folder, 'docker')
    writeFileSync(docker, '#!/bin/sh\necho Docker version 20.10.24\n')
    chmodSync(docker, 0o755)
    vi.stubEnv('PATH', folder)
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  test('see the folders under their own names and run in the given one', () => {
    expect(dockerCommand('tools:1', ['/cache', '/cache'], '/cache/build', ['g++', '-c'])).toEqual([
      docker,
      `run --rm -i --user ${user} -v /cache:/cache -w /cache/build tools:1 g++ -c`.split(' '),
    ])
  })

  test('run in the image’s folder when the given one is not mounted', () => {
    expect(dockerCommand('tools', ['/cache'], '/cachet', ['verilator', '--version'])[1]).toEqual(
      `run --rm -i --user ${user} -v /cache:/cache tools verilator --version`.split(' '),
    )
  })

  test('start the simulator with the folders of the files that it touches', () => {
    const executable = {
      path: '/cache/verilator/1/model',
      directory: '/cache/verilator/1/files',
      hash: '1',
      ports: [],
      waves: undefined,
      docker: 'tools',
      cacheDirectory: '/cache',
      cached: true,
    }
    expect(simulatorCommand(executable, ['--replay', '/tmp/r'], ['/tmp/r'])[1]).toEqual(
      `run --rm -i --user ${user} -v /cache:/cache -v /tmp:/tmp -w ${executable.directory} tools ${executable.path} --replay /tmp/r`.split(
        ' ',
      ),
    )
    expect(simulatorCommand({ ...executable, docker: undefined }, [], [])).toEqual([
      executable.path,
      [],
    ])
  })

  test('need docker', () => {
    rmSync(docker)
    expect(() => dockerCommand('tools', [], '/', ['true'])).toThrow('docker not found')
  })
})

/** Runs the command of `docker run` on this machine, in the folder given. */
const runHere = `#!/bin/sh
shift
while :; do
  case "$1" in
    --rm | -i) shift ;;
    --user | -v) shift 2 ;;
    -w) cd "$2" && shift 2 ;;
    *) break ;;
  esac
done
shift
exec "$@"
`

const suite = nativeSuite('builds in a container', ['verilator', 'g++'])

describe.skipIf(suite.skip)(suite.title, () => {
  test('go through docker from the first command to the simulation', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    writeFileSync(join(folder, 'docker'), runHere)
    chmodSync(join(folder, 'docker'), 0o755)
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
    try {
      const executable = await buildVerilator(counter, { docker: 'tools:1' })
      const engine = openVerilator(executable)
      engine.poke(1, 1n)
      engine.poke(2, 1n)
      engine.step(0, 3)
      expect(engine.peek(3)).toBe(12n)
      engine.close()
      expect(executable.hash).not.toBe((await buildVerilator(counter)).hash)
    } finally {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    }
  })
})
