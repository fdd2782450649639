/** A memory that modules share. */
export interface WasmMemory {
  /** Replaced when the memory grows. */
  readonly buffer: ArrayBuffer
  /** @param pages 64 KiB each, to be added */
  grow(pages: number): number
}

export type WasmImports = Readonly<Record<string, (...values: number[]) => void>>

/** The part of the JavaScript API that is used; the `ES2023` library of TypeScript does not declare it. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (
    module: object,
    imports: { readonly env: Readonly<Record<string, unknown>> },
  ) => { readonly exports: unknown }
  readonly Memory: new (descriptor: { readonly initial: number }) => WasmMemory
}

const api = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly

export function createMemory(pages: number): WasmMemory {
  return new api.Memory({ initial: pages })
}

/** Compiles and instantiates; the module imports `env.memory` and the functions. */
export function instantiate<Exports>(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WasmMemory,
  imports: WasmImports,
): Exports {
  const module = new api.Module(bytes)
  const instance = new api.Instance(module, { env: { memory, ...imports } })
  return instance.exports as Exports
}
