import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { SyncChild, type SyncChildOptions } from './sync-child.js'

describe('synchronous child process', () => {
  const children: SyncChild[] = []

  function start(script: string, options: Partial<SyncChildOptions> = {}): SyncChild {
    const child = new SyncChild('/bin/sh', ['-c', script], {
      cwd: tmpdir(),
      pipesAt: 0,
      timeoutSeconds: 20,
      label: 'the child',
      ...options,
    })
    children.push(child)
    return child
  }

  afterEach(() => {
    for (const child of children.splice(0)) child.close(new Uint8Array(0))
  })

  const text = (value: string) => new TextEncoder().encode(value)

  test('answers requests', () => {
    const child = start('while read line; do echo "<$line>"; done')
    child.send(text('one\n'))
    expect(child.readLine()).toBe('<one>')
    child.post(text('two\nthr'))
    child.send(text('ee\n'))
    expect(child.readLine()).toBe('<two>')
    const rest = new Uint8Array(8)
    child.read(rest)
    expect(new TextDecoder().decode(rest)).toBe('<three>\n')
  })

  test('talks over descriptors 3 and 4, and keeps what the child prints', () => {
    const child = start('echo noise; read line <&3; echo "<$line>" >&4; echo "more noise" >&2', {
      pipesAt: 3,
    })
    child.send(text('one\n'))
    expect(child.readLine()).toBe('<one>')
    expect(() => child.readLine()).toThrow('ended unexpectedly')
    expect(child.printed).toBe('noise\nmore noise\n')
    expect(child.printedBytes).toBe(17)
  })

  test('moves more than the pipes hold while the child answers at once', () => {
    const child = start('cat')
    const request = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) >> 3)
    child.send(request)
    const answer = new Uint8Array(request.length)
    child.read(answer)
    expect(Buffer.compare(answer, request)).toBe(0)
  })

  test('reads long lines', () => {
    const child = start('cat')
    const line = 'x'.repeat(200_000)
    child.send(text(`${line}\nshort\n`))
    expect(child.readLine()).toBe(line)
    expect(child.readLine()).toBe('short')
  })

  test.each([
    ['exits', 'echo "out of luck" >&2; exit 3', / \(exit code 3\); it printed: out of luck$/],
    ['kills itself', 'kill -TERM $$', / \(killed by SIGTERM\)$/],
    ['exits without a word', 'exit 0', / \(exit code 0\)$/],
  ])('reports a child that %s', (_, script, message) => {
    const child = start(script)
    child.send(text('request\n'))
    expect(() => child.readLine()).toThrow(/^the child ended unexpectedly/)
    if (process.platform === 'linux') expect(() => child.readLine()).toThrow(message)
  })

  test('reports a child that ends while much is sent to it', () => {
    const child = start('head -c 10 > /dev/null; exit 5')
    child.send(new Uint8Array(1_000_000))
    expect(() => child.read(new Uint8Array(1))).toThrow('ended unexpectedly')
    expect(() => child.post(new Uint8Array(1))).toThrow('ended unexpectedly')
  })

  test('reports the last 2000 bytes of what was printed', () => {
    const child = start('head -c 5000 /dev/zero | tr "\\0" "a" >&2; echo end >&2; exit 1')
    expect(() => child.readLine()).toThrow(/it printed: a{1996}end$/)
  })

  test('gives up on a child that neither reads nor writes', () => {
    const reading = start('exec sleep 60', { timeoutSeconds: 0.1 })
    expect(() => reading.readLine()).toThrow('the child did not answer for 0.1 s')
    const writing = start('exec sleep 60', { timeoutSeconds: 0.1 })
    expect(() => writing.post(new Uint8Array(1_000_000))).toThrow('did not answer for 0.1 s')
  })

  test('closing sends a last request and waits for the end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'romulus-test-'))
    try {
      const child = start('cat > part; sleep 0.2; mv part whole', { cwd: folder })
      child.close(text('last'))
      expect(readFileSync(join(folder, 'whole'), 'utf8')).toBe('last')
      expect(() => child.send(text('x'))).toThrow('the child is closed')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('leaves no files behind', () => {
    const ours = () => readdirSync(tmpdir()).filter((name) => name.startsWith('romulus-sim-'))
    const before = new Set(ours())
    start('cat')
    expect(ours().filter((name) => !before.has(name))).toEqual([])
  })

  test('reports a command that cannot be started', () => {
    const options = { cwd: tmpdir(), pipesAt: 0, timeoutSeconds: 1, label: 'the child' } as const
    expect(() => new SyncChild('/nonexistent', [], options)).toThrow(
      'cannot start the child: /nonexistent is not executable',
    )
  })
})
