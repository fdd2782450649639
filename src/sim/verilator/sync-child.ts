import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, fstatSync, readFileSync, readSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { type ChildPipes, openChildPipes } from './fifo.js'

export interface SyncChildOptions {
  readonly cwd: string
  /** Where the child finds its pipes: descriptors 0 and 1, or 3 and 4. */
  readonly pipesAt: 0 | 3
  /** Longest wait for an answer, in seconds; then the child is killed. */
  readonly timeoutSeconds: number
  /** How the process is called in messages: `the Verilator simulation`. */
  readonly label: string
}

const bufferBytes = 64 * 1024
const logTailBytes = 2000
/** Attempts before the first sleep: a child on another core answers within a few. */
const spins = 8
const longestSleepMilliseconds = 1

/**
 * A child process that answers requests, driven by synchronous calls. Requests are collected and written
 * while an answer is awaited, reading and writing in turn, so neither side can block the other. A child
 * that ends, is killed, or does not answer in time becomes an error with the end of what it printed.
 */
export class SyncChild {
  private readonly child: ChildProcess
  private readonly pipes: ChildPipes
  private readonly inbox = new Uint8Array(bufferBytes)
  private inboxStart = 0
  private inboxEnd = 0
  private outbox: Uint8Array = new Uint8Array(0)
  private failure: Error | undefined
  private closed = false
  private requestsOpen = true

  constructor(
    command: string,
    args: readonly string[],
    private readonly options: SyncChildOptions,
  ) {
    const pipes = openChildPipes()
    this.pipes = pipes
    const { requestReader, replyWriter, log } = pipes
    const stdio: StdioOptions =
      options.pipesAt === 0
        ? [requestReader, replyWriter, log]
        : ['ignore', log, log, requestReader, replyWriter]
    this.child = spawn(command, args, { cwd: options.cwd, stdio })
    // Failure to start and the exit are seen on the pipes; nothing waits for events.
    this.child.on('error', () => {})
    this.child.unref()
    closeSync(requestReader)
    closeSync(replyWriter)
    if (this.child.pid === undefined) {
      this.release()
      throw new Error(`cannot start ${options.label}: ${command} is not executable`)
    }
  }

  /** Process id, for tests that end the child from outside. */
  get pid(): number {
    return this.child.pid!
  }

  /** Everything that the child has printed so far. */
  get printed(): string {
    return readTail(this.pipes.log, Number.MAX_SAFE_INTEGER)
  }

  /** Bytes that the child has printed so far. */
  get printedBytes(): number {
    return fstatSync(this.pipes.log).size
  }

  /**
   * Queues the requests that the next reads answer: they are written while the answer is read. The bytes
   * must stay unchanged until it is complete.
   */
  send(bytes: Uint8Array): void {
    this.assertUsable()
    this.outbox = bytes
  }

  /** Writes requests that have no answer. */
  post(bytes: Uint8Array): void {
    this.send(bytes)
    const wait = new Waiting(this.options.timeoutSeconds)
    while (this.outbox.length > 0) {
      if (this.writeSome() > 0) wait.restart()
      else if (!wait.sleep()) throw this.timeout()
    }
  }

  /** Reads exactly as many bytes as the target holds. */
  read(target: Uint8Array): void {
    this.assertUsable()
    let filled = this.takeFromInbox(target)
    while (filled < target.length) {
      if (target.length - filled >= bufferBytes) {
        filled += this.receive(target.subarray(filled))
      } else {
        this.refill()
        filled += this.takeFromInbox(target.subarray(filled))
      }
    }
  }

  /** Reads up to the next line feed, which is not returned; Latin-1. */
  readLine(): string {
    this.assertUsable()
    let line = ''
    for (;;) {
      const waiting = this.inbox.subarray(this.inboxStart, this.inboxEnd)
      const end = waiting.indexOf(10)
      const part = end < 0 ? waiting : waiting.subarray(0, end)
      line += Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1')
      this.inboxStart += part.length
      if (end >= 0) {
        this.inboxStart++
        return line
      }
      this.refill()
    }
  }

  /** Makes every later use fail with this error, and ends the child. */
  fail(error: Error): Error {
    this.failure = error
    this.child.kill('SIGKILL')
    return error
  }

  /** Sends a last request, waits for the child to end, and frees everything; may be called again. */
  close(lastRequest: Uint8Array): void {
    if (this.closed) return
    try {
      if (this.failure === undefined) {
        this.post(lastRequest)
        this.closeRequests()
        while (this.exchange(this.inbox) > 0);
      }
    } catch {
      // The child is gone or does not answer: either way it ends here.
    } finally {
      this.child.kill('SIGKILL')
      this.release()
    }
  }

  private refill(): void {
    this.inboxStart = 0
    this.inboxEnd = 0
    this.inboxEnd = this.receive(this.inbox)
  }

  private takeFromInbox(target: Uint8Array): number {
    const count = Math.min(target.length, this.inboxEnd - this.inboxStart)
    target.set(this.inbox.subarray(this.inboxStart, this.inboxStart + count))
    this.inboxStart += count
    return count
  }

  /** Waits for at least one byte; the end of the child is an error. */
  private receive(target: Uint8Array): number {
    const count = this.exchange(target)
    if (count === 0) throw this.ended()
    return count
  }

  /** Writes what is queued and reads what comes; 0 at the end of the child. */
  private exchange(target: Uint8Array): number {
    const wait = new Waiting(this.options.timeoutSeconds)
    for (;;) {
      const written = this.writeSome()
      const count = readAvailable(this.pipes.replyReader, target)
      if (count >= 0) return count
      if (written > 0) wait.restart()
      else if (!wait.sleep()) throw this.timeout()
    }
  }

  private writeSome(): number {
    if (this.outbox.length === 0) return 0
    try {
      const count = writeSync(this.pipes.requestWriter, this.outbox)
      this.outbox = this.outbox.subarray(count)
      return count
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN') return 0
      // The child no longer reads; what it still wrote, and its end, are seen by reading.
      if (code === 'EPIPE') {
        this.outbox = new Uint8Array(0)
        return 0
      }
      throw error
    }
  }

  private assertUsable(): void {
    if (this.failure !== undefined) throw this.failure
    if (this.closed) throw new Error(`${this.options.label} is closed`)
  }

  private ended(): Error {
    const reason = exitReason(this.child)
    return this.fail(
      new Error(`${this.options.label} ended unexpectedly${reason}${this.describeLog()}`),
    )
  }

  private timeout(): Error {
    const { label, timeoutSeconds } = this.options
    return this.fail(
      new Error(`${label} did not answer for ${timeoutSeconds} s${this.describeLog()}`),
    )
  }

  /** The end of what the child printed, for a message; empty when it printed nothing. */
  describeLog(): string {
    const tail = readTail(this.pipes.log, logTailBytes).trim()
    return tail === '' ? '' : `; it printed: ${tail}`
  }

  private release(): void {
    this.closed = true
    this.closeRequests()
    closeSync(this.pipes.replyReader)
    closeSync(this.pipes.log)
  }

  private closeRequests(): void {
    if (this.requestsOpen) closeSync(this.pipes.requestWriter)
    this.requestsOpen = false
  }
}

/** Sleeps longer and longer, up to a deadline. */
class Waiting {
  private static readonly cell = new Int32Array(new SharedArrayBuffer(4))
  private attempts = 0
  private started = 0

  constructor(private readonly seconds: number) {}

  restart(): void {
    this.attempts = 0
  }

  /** False when the time is over. */
  sleep(): boolean {
    this.attempts++
    if (this.attempts === 1) this.started = performance.now()
    if (this.attempts <= spins) return true
    const milliseconds = Math.min(longestSleepMilliseconds, 0.02 * (this.attempts - spins))
    Atomics.wait(Waiting.cell, 0, 0, milliseconds)
    return performance.now() - this.started < this.seconds * 1000
  }
}

/** Bytes read now: -1 when there are none yet, 0 at the end of the stream. */
function readAvailable(descriptor: number, target: Uint8Array): number {
  try {
    return readSync(descriptor, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return -1
    throw error
  }
}

function readTail(descriptor: number, bytes: number): string {
  const { size } = fstatSync(descriptor)
  const tail = Buffer.alloc(Math.min(size, bytes))
  const count =
    tail.length === 0 ? 0 : readSync(descriptor, tail, 0, tail.length, size - tail.length)
  return tail.toString('utf8', 0, count)
}

/**
 * How a child ended. Node learns it from its event loop, which does not run during synchronous calls, so
 * a child not yet reaped is looked up in `/proc` (last field of `stat` in `proc(5)`) where there is one.
 */
function exitReason(child: ChildProcess): string {
  if (child.signalCode !== null) return ` (killed by ${child.signalCode})`
  if (child.exitCode !== null) return ` (exit code ${child.exitCode})`
  try {
    const status = Number(readFileSync(`/proc/${child.pid}/stat`, 'utf8').trim().split(' ').at(-1))
    const signal = status & 0x7f
    if (signal === 0) return ` (exit code ${status >> 8})`
    const names = Object.entries(constants.signals)
    return ` (killed by ${names.find(([, number]) => number === signal)?.[0] ?? `signal ${signal}`})`
  } catch {
    return ''
  }
}
