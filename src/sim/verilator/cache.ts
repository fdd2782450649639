import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { InputError } from '../../common/input-error.js'

const manifestName = 'manifest.json'
const staleAfterMilliseconds = 24 * 3600 * 1000

/**
 * A folder of build results named by the hash of everything that they were built from. An entry is
 * prepared aside and appears under its name in one step, complete with a manifest of its files, so a
 * reader sees all of it or nothing, and two processes may build the same entry at once. An entry whose
 * files do not match the manifest is thrown away. Any part may be deleted while nothing is building.
 */
export class BuildCache {
  readonly directory: string

  /** @param directory by default `$ROMULUS_CACHE`, else `romulus` in the user's cache folder. */
  constructor(directory: string | undefined) {
    this.directory = resolve(directory ?? defaultDirectory())
  }

  /** Folder of a complete entry. */
  find(kind: string, hash: string): string | undefined {
    const entry = this.entry(kind, hash)
    if (!existsSync(entry)) return undefined
    if (matchesManifest(entry)) return entry
    this.discard(entry)
    return undefined
  }

  /** An empty folder to prepare an entry in; leftovers of builds that were killed go away. */
  stage(): string {
    return this.guarded(() => {
      const staging = this.stagingDirectory()
      mkdirSync(staging, { recursive: true })
      removeStale(staging)
      return mkdtempSync(join(staging, 'build-'))
    })
  }

  /** Gives a prepared folder its name; the files are those that the manifest protects. */
  place(staged: string, kind: string, hash: string, files: readonly string[]): string {
    return this.guarded(() => {
      const digests = Object.fromEntries(
        files.map((file) => [file, fileDigest(join(staged, file))]),
      )
      writeFileSync(join(staged, manifestName), JSON.stringify(digests))
      mkdirSync(join(this.directory, kind), { recursive: true })
      const entry = this.entry(kind, hash)
      try {
        renameSync(staged, entry)
      } catch (error) {
        if (!existsSync(entry)) throw error
        // Another process was faster; the same hash means the same contents.
        rmSync(staged, { recursive: true, force: true })
      }
      return entry
    })
  }

  remove(kind: string, hash: string): void {
    const entry = this.entry(kind, hash)
    if (existsSync(entry)) this.discard(entry)
  }

  /** Runs file operations on the cache; when the system refuses one, the folder is to blame. */
  guarded<Result>(operation: () => Result): Result {
    try {
      return operation()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      throw code === undefined ? error : this.unusable(message)
    }
  }

  unusable(reason: string): InputError {
    return new InputError(
      `the simulator cache cannot be written: ${reason}`,
      { file: this.directory },
      'set ROMULUS_CACHE to a writable folder with space',
    )
  }

  private entry(kind: string, hash: string): string {
    return join(this.directory, kind, hash)
  }

  private stagingDirectory(): string {
    return join(this.directory, 'staging')
  }

  private discard(entry: string): void {
    const trash = join(this.stage(), 'discarded')
    try {
      renameSync(entry, trash)
    } catch (error) {
      // Another process discards it at the same time.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    rmSync(join(trash, '..'), { recursive: true, force: true })
  }
}

/** First 32 hexadecimal digits of the SHA-256 of anything that JSON can hold. */
export function contentHash(contents: unknown): string {
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 32)
}

/** Whether a tool failed because the disk is full, by what it printed. */
export function outOfSpace(output: string): boolean {
  return /no space left on device/i.test(output)
}

function defaultDirectory(): string {
  if (process.env.ROMULUS_CACHE) return process.env.ROMULUS_CACHE
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'romulus')
}

function matchesManifest(entry: string): boolean {
  try {
    const digests = JSON.parse(readFileSync(join(entry, manifestName), 'utf8')) as object
    const files = Object.entries(digests)
    return files.every(([file, digest]) => fileDigest(join(entry, file)) === digest)
  } catch {
    return false
  }
}

function fileDigest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function removeStale(staging: string): void {
  const limit = Date.now() - staleAfterMilliseconds
  for (const name of readdirSync(staging)) {
    const path = join(staging, name)
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (modified < limit) rmSync(path, { recursive: true, force: true })
  }
}
