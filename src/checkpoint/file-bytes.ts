import { type FileHandle, open, stat } from 'node:fs/promises'
import { InputError } from '../common/input-error.js'
import { printable } from '../common/printable.js'

const problems: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ELOOP', 'too many symbolic links'],
  ['ENAMETOOLONG', 'file name too long'],
])

/** A regular file read by ranges. Every fault of the file, from a missing one to a failing disk, is an `InputError`. */
export class FileBytes {
  private constructor(
    readonly path: string,
    /** Bytes in the file when it was opened. */
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  /** Opens a regular file for reading; anything else (directory, pipe, device) is refused before it is opened. */
  static async open(path: string): Promise<FileBytes> {
    return asInputErrors(path, async () => {
      const found = await stat(path)
      if (!found.isFile()) {
        throw new InputError(
          found.isDirectory() ? 'is a directory, not a file' : 'is not a regular file',
          { file: path },
        )
      }
      return new FileBytes(path, found.size, await open(path, 'r'))
    })
  }

  /**
   * Exactly `length` bytes from `offset` in a new buffer. The range is compared with the size of the file before
   * anything is allocated. `field` names what is read, for the message.
   */
  async read(offset: number, length: number, field?: string): Promise<Buffer> {
    const location = {
      file: this.path,
      offset,
      ...(field === undefined ? {} : { field: printable(field) }),
    }
    if (offset + length > this.size) {
      throw new InputError(
        `${length} bytes are needed here, but the file ends at ${this.size}`,
        location,
        'the file may be truncated',
      )
    }
    return asInputErrors(this.path, async () => {
      const buffer = Buffer.allocUnsafe(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await this.handle.read(
          buffer,
          filled,
          length - filled,
          offset + filled,
        )
        if (bytesRead === 0) {
          throw new InputError('the file became shorter while it was read', location)
        }
        filled += bytesRead
      }
      return buffer
    })
  }

  /** Closes the file; later reads fail. */
  async close(): Promise<void> {
    await this.handle.close()
  }
}

async function asInputErrors<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined || error instanceof InputError) throw error
    throw new InputError(problems.get(code) ?? `cannot be read (${code})`, { file: path })
  }
}
