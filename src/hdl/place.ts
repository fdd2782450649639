import { fileURLToPath } from 'node:url'

const libraryFolder = fileURLToPath(new URL('.', import.meta.url))
const deepestLibraryStack = 24

/** A line of the author's source. */
export interface SourceLine {
  /** Path relative to the working directory, with forward slashes, when it lies below it. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * Where the author wrote something: the first stack frame outside this library. Capturing is cheap;
 * the stack is read when somebody asks for the line.
 */
export class Place {
  #stack: { stack?: string } | undefined
  #line: SourceLine | undefined

  private constructor(stack: { stack?: string } | undefined) {
    this.#stack = stack
  }

  static here(): Place {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = deepestLibraryStack
    const holder: { stack?: string } = {}
    Error.captureStackTrace(holder, Place.here)
    Error.stackTraceLimit = limit
    return new Place(holder)
  }

  /** Undefined when no frame lies outside the library. */
  get line(): SourceLine | undefined {
    if (this.#stack !== undefined) {
      this.#line = firstOuterFrame(this.#stack.stack ?? '')
      this.#stack = undefined
    }
    return this.#line
  }

  toString(): string {
    const line = this.line
    return line === undefined ? 'unknown place' : `${line.file}:${line.line}:${line.column}`
  }
}

function firstOuterFrame(stack: string): SourceLine | undefined {
  for (const frame of stack.split('\n')) {
    const match = /^\s+at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/.exec(frame)
    if (match === null) continue
    const [, location, line, column] = match
    const path = location!.startsWith('file://') ? fileURLToPath(location!) : location!
    if (isLibraryFile(path) || path.includes('/node_modules/')) continue
    return { file: relativePath(path), line: Number(line), column: Number(column) }
  }
  return undefined
}

/** Tests of the library are its users. */
function isLibraryFile(path: string): boolean {
  const normalised = path.replace(/[\\/]dist[\\/]src[\\/]hdl[\\/]/, '/src/hdl/')
  const library = libraryFolder.replace(/[\\/]dist[\\/]src[\\/]hdl[\\/]/, '/src/hdl/')
  return normalised.startsWith(library) && !/\.test\.[jt]s$/.test(normalised)
}

function relativePath(path: string): string {
  const root = `${process.cwd()}/`
  return (path.startsWith(root) ? path.slice(root.length) : path).replaceAll('\\', '/')
}
