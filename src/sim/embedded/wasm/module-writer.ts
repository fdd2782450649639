import { ByteWriter } from './byte-writer.js'
import type { FunctionWriter } from './function-writer.js'
import type { ValueType } from './opcodes.js'

const Section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const

/**
 * Writes a WebAssembly module that imports its memory as `env.memory`. Functions are numbered from the
 * imported ones on; imports come first.
 */
export class ModuleWriter {
  readonly #types = new Map<string, number>()
  readonly #typeBytes = new ByteWriter()
  readonly #imports: { name: string; type: number }[] = []
  readonly #functions: { type: number; body: Uint8Array | undefined }[] = []
  readonly #exports: { name: string; index: number }[] = []

  /** Imports `env.name`. */
  importFunction(name: string, parameters: readonly ValueType[]): number {
    if (this.#functions.length > 0) throw new Error('imports come before functions')
    this.#imports.push({ name, type: this.#type(parameters, []) })
    return this.#imports.length - 1
  }

  /** Reserves an index for a function whose body follows with {@link define}. */
  declare(parameters: readonly ValueType[], results: readonly ValueType[] = []): number {
    this.#functions.push({ type: this.#type(parameters, results), body: undefined })
    return this.#imports.length + this.#functions.length - 1
  }

  define(index: number, writer: FunctionWriter): void {
    this.#functions[index - this.#imports.length]!.body = writer.finish()
  }

  /** Declares and defines at once. */
  add(writer: FunctionWriter): number {
    const index = this.declare(writer.parameters, writer.results)
    this.define(index, writer)
    return index
  }

  export(name: string, index: number): void {
    this.#exports.push({ name, index })
  }

  /** @param minimumPages 64 KiB pages that the imported memory has at least */
  finish(minimumPages: number): Uint8Array<ArrayBuffer> {
    const module = new ByteWriter()
    module.append(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00))
    section(module, Section.type, (out) => {
      out.u32(this.#types.size)
      out.append(this.#typeBytes.view())
    })
    section(module, Section.import, (out) => {
      out.u32(1 + this.#imports.length)
      out.name('env')
      out.name('memory')
      out.byte(0x02)
      out.byte(0x00)
      out.u32(minimumPages)
      for (const { name, type } of this.#imports) {
        out.name('env')
        out.name(name)
        out.byte(0x00)
        out.u32(type)
      }
    })
    section(module, Section.function, (out) => {
      out.u32(this.#functions.length)
      for (const { type } of this.#functions) out.u32(type)
    })
    section(module, Section.export, (out) => {
      out.u32(this.#exports.length)
      for (const { name, index } of this.#exports) {
        out.name(name)
        out.byte(0x00)
        out.u32(index)
      }
    })
    section(module, Section.code, (out) => {
      out.u32(this.#functions.length)
      for (const { body } of this.#functions) {
        if (body === undefined) throw new Error('a declared function has no body')
        out.u32(body.length)
        out.append(body)
      }
    })
    return module.view().slice()
  }

  #type(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}>${results.join()}`
    const known = this.#types.get(key)
    if (known !== undefined) return known
    this.#typeBytes.byte(0x60)
    for (const types of [parameters, results]) {
      this.#typeBytes.u32(types.length)
      for (const type of types) this.#typeBytes.byte(type)
    }
    const index = this.#types.size
    this.#types.set(key, index)
    return index
  }
}

function section(module: ByteWriter, id: number, write: (out: ByteWriter) => void): void {
  const out = new ByteWriter()
  write(out)
  module.byte(id)
  module.u32(out.length)
  module.append(out.view())
}
