import { type EmittedDesign, emitDesign } from '../emit/index.js'
import type { Design } from '../hdl/index.js'
import { openEmbedded } from './embedded/index.js'
import type { Engine, EngineName, WaveOptions } from './engine.js'
import { openIverilog } from './iverilog/index.js'
import { buildVerilator, openVerilator } from './verilator/index.js'
import { waveFormat } from './wave-format.js'

export interface EngineOptions {
  /** `embedded` by default. */
  readonly engine?: EngineName
  /** Writes a waveform from the first cycle on. */
  readonly waves?: WaveOptions
  /** The emitted design, when it exists already; native engines read it. */
  readonly emitted?: EmittedDesign
  /** Where built simulators are kept; the user's cache folder by default. */
  readonly cacheDirectory?: string
  /** Image in which Verilator runs. */
  readonly docker?: string
  /** Checks assertions; the embedded engine always does. */
  readonly assertions?: boolean
  readonly onProgress?: (message: string) => void
}

/**
 * Starts a simulation of a design in the engine of choice.
 *
 * @throws InputError when a native tool is missing
 */
export async function openEngine(design: Design, options: EngineOptions = {}): Promise<Engine> {
  const { engine = 'embedded', waves, cacheDirectory, docker, assertions, onProgress } = options
  const waveOption = waves === undefined ? {} : { waves }
  if (engine === 'embedded') return openEmbedded(design.flat, waveOption)
  const emitted = options.emitted ?? emitDesign(design)
  const cache = cacheDirectory === undefined ? {} : { cacheDirectory }
  if (engine === 'iverilog') return openIverilog(emitted, { ...waveOption, ...cache })
  const executable = await buildVerilator(emitted, {
    ...cache,
    ...(waves === undefined ? {} : { waves: waveFormat(waves) }),
    ...(docker === undefined ? {} : { docker }),
    ...(assertions === undefined ? {} : { assertions }),
    ...(onProgress === undefined ? {} : { onProgress }),
  })
  return openVerilator(executable, waveOption)
}
