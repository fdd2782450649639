import { findSourceMap } from 'node:module'
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
 * Where the author wrote something: the first stack frame outside this library. It keeps the line alone: a stack
 * that V8 has not printed holds on to every object that a frame ran on.
 */
export class Place {
  private constructor(
    /** Undefined when no frame lies outside the library. */
    readonly line: SourceLine | undefined,
  ) {}

  static here(): Place {
    const { stackTraceLimit, prepareStackTrace } = Error
    const holder: { stack?: SourceLine | undefined } = {}
    Error.stackTraceLimit = deepestLibraryStack
    Error.prepareStackTrace = (error, frames) => firstOuterLine(error, frames, prepareStackTrace)
    Error.captureStackTrace(holder, Place.here)
    const line = holder.stack
    Error.stackTraceLimit = stackTraceLimit
    Error.prepareStackTrace = prepareStackTrace
    return new Place(line)
  }

  toString(): string {
    const line = this.line
    return line === undefined ? 'unknown place' : `${line.file}:${line.line}:${line.column}`
  }
}

type StackPrinter = typeof Error.prepareStackTrace

function firstOuterLine(
  error: Error,
  frames: readonly NodeJS.CallSite[],
  printer: StackPrinter,
): SourceLine | undefined {
  for (const frame of frames) {
    const location = frame.getFileName()
    if (location === null || location === undefined || !isOuter(location)) continue
    const key = `${location}:${frame.getLineNumber()}:${frame.getColumnNumber()}`
    if (!sourceLines.has(key)) {
      sourceLines.set(key, printedLine(`${printer?.(error, [frame])}`) ?? mappedLine(frame))
    }
    return sourceLines.get(key)
  }
  return undefined
}

/** The author's lines by positions in the code that runs. */
const sourceLines = new Map<string, SourceLine | undefined>()

/** The line in a printed frame: runners that transform sources print stacks by maps that only they have. */
function printedLine(stack: string): SourceLine | undefined {
  const match = /^\s+at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/m.exec(stack)
  if (match === null) return undefined
  const [, location, line, column] = match
  return { file: relativePath(pathOf(location!)), line: Number(line), column: Number(column) }
}

/** The line by the source map that Node has loaded with the code, if any. */
function mappedLine(frame: NodeJS.CallSite): SourceLine | undefined {
  const location = frame.getFileName()
  const line = frame.getLineNumber()
  const column = frame.getColumnNumber()
  if (!location || line === null || column === null) return undefined
  const entry = findSourceMap(location)?.findEntry(line - 1, column - 1)
  if (entry === undefined || !('originalSource' in entry)) {
    return { file: relativePath(pathOf(location)), line, column }
  }
  return {
    file: relativePath(pathOf(entry.originalSource)),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  }
}

const outerFiles = new Map<string, boolean>()

/** Whether a file, by path or URL, is an author's: tests of the library are its users. */
function isOuter(location: string): boolean {
  let outer = outerFiles.get(location)
  if (outer === undefined) {
    const path = pathOf(location)
    const isFile = /^(?:file:\/\/|\/|[A-Za-z]:[\\/])/.test(location)
    outer = isFile && !isLibraryFile(path) && !path.includes('/node_modules/')
    outerFiles.set(location, outer)
  }
  return outer
}

function pathOf(location: string): string {
  return location.startsWith('file://') ? fileURLToPath(location) : location
}

function isLibraryFile(path: string): boolean {
  const normalised = path.replace(/[\\/]dist[\\/]src[\\/]hdl[\\/]/, '/src/hdl/')
  const library = libraryFolder.replace(/[\\/]dist[\\/]src[\\/]hdl[\\/]/, '/src/hdl/')
  return normalised.startsWith(library) && !/\.test\.[jt]s$/.test(normalised)
}

function relativePath(path: string): string {
  const root = `${process.cwd()}/`
  return (path.startsWith(root) ? path.slice(root.length) : path).replaceAll('\\', '/')
}
