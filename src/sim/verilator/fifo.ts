import { spawnSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../../common/input-error.js'
import { findTool } from '../../common/tools.js'

/**
 * Two pipes and a log file for talking to a child process with synchronous calls. Our ends do not block;
 * the child's ends do. They are inherited by descriptor and have no name any more, so nothing is left
 * behind and nobody waits in `open`.
 */
export interface ChildPipes {
  /** Our end: requests are written here. */
  readonly requestWriter: number
  /** Our end: replies are read here. */
  readonly replyReader: number
  /** For the child. */
  readonly requestReader: number
  readonly replyWriter: number
  /** For both: what the child prints. */
  readonly log: number
}

/**
 * Node creates no pipes that can be read synchronously, so they are made as named pipes. Each is opened
 * for reading and writing once, which never waits for another side (`fifo(7)`), before its two ends are.
 *
 * @throws InputError when the temporary folder cannot hold them.
 */
export function openChildPipes(): ChildPipes {
  const mkfifo = findTool('mkfifo')
  const directory = temporaryDirectory()
  try {
    const [requests, replies] = [join(directory, 'requests'), join(directory, 'replies')]
    const made = spawnSync(mkfifo.path, ['-m', '600', requests, replies], { encoding: 'utf8' })
    if (made.status !== 0) {
      throw new InputError(`cannot create named pipes: ${made.stderr.trim()}`, { file: directory })
    }
    const { O_NONBLOCK } = constants
    const [requestReader, requestWriter] = openEnds(requests, 0, O_NONBLOCK)
    const [replyReader, replyWriter] = openEnds(replies, O_NONBLOCK, 0)
    const log = openSync(join(directory, 'log'), 'ax+', 0o600)
    return { requestReader, requestWriter, replyReader, replyWriter, log }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function openEnds(path: string, readerFlags: number, writerFlags: number): [number, number] {
  const both = openSync(path, constants.O_RDWR)
  try {
    const reader = openSync(path, constants.O_RDONLY | readerFlags)
    const writer = openSync(path, constants.O_WRONLY | writerFlags)
    return [reader, writer]
  } finally {
    closeSync(both)
  }
}

function temporaryDirectory(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'romulus-sim-'))
  } catch (error) {
    throw new InputError(
      `cannot create a temporary folder: ${(error as Error).message}`,
      { file: tmpdir() },
      'set TMPDIR to a folder with space',
    )
  }
}
