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
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { cacheFolder } from '../../common/cache-folder.js'
import { InputError } from '../../common/input-error.js'

const manifestName = 'manifest.json'
const dayMilliseconds = 24 * 3600 * 1000
/** Longer than any build takes. */
const stagingDays = 1
const unusedDays = 30

/**
 * A folder of build results named by the hash of everything that they were built from. An entry is
 * prepared aside and appears under its name in one step, complete with a manifest of its files, so a
 * reader sees all of it or nothing, and two processes may build the same entry at once. An entry whose
 * files do not match the manifest is thrown away, and so is one that was not used for 30 days. Any part may
 * be deleted while nothing is building.
 */
export class BuildCache {
  readonly directory: string

  /** @param directory by default `$ROMULUS_CACHE`, else `romulus` in the user's cache folder. */
  constructor(directory: string | undefined) {
    this.directory = resolve(directory ?? cacheFolder())
  }

  /** Folder of a complete entry. */
  find(kind: string, hash: string): string | undefined {
    const entry = this.entry(kind, hash)
    if (!existsSync(entry)) return undefined
    if (matchesManifest(entry)) {
      markUsed(entry)
      return entry
    }
    this.discard(entry)
    return undefined
  }

  /** An empty folder to prepare an entry in; leftovers of builds that were killed go away. */
  stage(): string {
    return this.guarded(() => {
      const staging = this.stagingDirectory()
      mkdirSync(staging, { recursive: true })
      removeOlder(staging, stagingDays)
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
      removeOlder(join(this.directory, kind), unusedDays)
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

/** In a cache that cannot be written, entries can still be used. */
function markUsed(entry: string): void {
  try {
    const now = new Date()
    utimesSync(entry, now, now)
  } catch {
    // The next use marks it.
  }
}

/** Removes what a folder holds that was not touched for some days. */
function removeOlder(folder: string, days: number): void {
  const limit = Date.now() - days * dayMilliseconds
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (touched < limit) rmSync(path, { recursive: true, force: true })
  }
}
