import {
  type LUnitParameters,
  lUnitParameters,
  lUnitTile,
  pipelineOfDepth,
  type TileCycles,
  tileCycles,
} from '../../../generators/l-unit/index.js'
import { lUnitContents, weightsOfUnit } from '../../../generators/l-unit/weights.js'
import { type EmittedDesign, emitDesign, writeDesign } from '../../emit/index.js'
import { type Design, elaborate } from '../../hdl/index.js'
import { type QuantizedMatrix, weightBits } from '../../quantize/index.js'
import { openEngine } from '../../sim/index.js'
import { type AreaReport, openYosys, synthesize } from '../../synth/index.js'
import { type LintResult, lintDesign } from '../lint.js'
import type { Progress } from '../progress.js'
import {
  choiceTools,
  chooseRoms,
  type RomBank,
  type RomChoices,
} from '../rom-choice/choose-roms.js'
import { autoRequest, plannedPolicy } from '../rom-choice/rom-request.js'
import { type LoadedTile, loadTile } from './load-tile.js'
import { simulateTile, type TileSimulation } from './simulate-tile.js'
import type { TileRequest } from './tile-request.js'

export type TileStep = 'write' | 'lint' | 'simulate' | 'synth'

/** What the steps found; absent for steps that were not asked for. */
export interface TileReport {
  readonly tensor: string
  readonly stored: string
  readonly origin: string
  readonly rows: number
  readonly columns: number
  readonly parameters: ReturnType<typeof summary>
  readonly romBits: number
  readonly predicted: TileCycles
  /** With `--rom auto`: the policy of each ROM. */
  readonly roms?: RomChoices
  readonly simulation?: TileSimulation & { engine: string; captured: number }
  readonly lint?: readonly LintResult[]
  readonly area?: AreaReport
  readonly written?: string
  /** Seconds of each step. */
  readonly seconds: Readonly<Record<string, number>>
}

/** Generates the tile of one projection and takes it through the steps. */
export async function runTile(
  request: TileRequest,
  steps: ReadonlySet<TileStep>,
  progress: Progress,
): Promise<TileReport> {
  const seconds: Record<string, number> = {}
  const step = async <T>(
    name: string,
    label: string,
    work: (update: (detail: string) => void) => Promise<T> | T,
  ): Promise<T> => {
    const start = performance.now()
    const result = await progress.step(label, work)
    seconds[name] = (performance.now() - start) / 1000
    return result
  }

  const choice = autoRequest({ ...request, romLiberty: request.liberty[0] })
  const loaded = await step('quantize', `quantising ${request.tensor}`, () => loadTile(request))
  const { matrix, tensor } = loaded.projection
  const planned = parametersOf(request, matrix)
  const chosen =
    choice &&
    (await chooseRoms(
      tileBanks(request, planned, matrix),
      choice,
      choiceTools(request.yosys),
      progress,
    ))
  const parameters = chosen === undefined ? planned : { ...planned, rom: chosen.policy }
  const tile = lUnitTile(parameters, matrix, request.units)
  const design = await step('elaborate', `elaborating ${tile.name}`, () => elaborate(tile))
  const emitted = await step('emit', 'emitting SystemVerilog', () => emitDesign(design))

  const lint = steps.has('lint')
    ? await step('lint', 'linting', () => lintTile(request, emitted))
    : undefined
  const simulation = steps.has('simulate')
    ? await step('simulate', `simulating in ${request.engine}`, (update) =>
        simulate(request, loaded, parameters, tile, design, emitted, update),
      )
    : undefined
  const area = steps.has('synth')
    ? await step('synthesize', 'synthesising', (update) => synthesizeTile(request, emitted, update))
    : undefined
  if (steps.has('write') && request.out !== undefined) {
    const { out } = request
    const clocks = [{ port: 'clk_i', periodNs: request.clockPeriod }]
    await step('write', `writing ${out}`, () => writeDesign(emitted, out, { clocks }))
  }

  const shape = { rows: matrix.rows, columns: matrix.columns, units: request.units }
  return {
    tensor: tensor.name,
    stored: tensor.storedType.name,
    origin: loaded.projection.origin,
    rows: matrix.rows,
    columns: matrix.columns,
    parameters: summary(request, parameters),
    romBits: weightBits(matrix),
    predicted: tileCycles(parameters, shape),
    ...(chosen && { roms: chosen.choices }),
    ...(simulation === undefined ? {} : { simulation }),
    ...(lint === undefined ? {} : { lint }),
    ...(area === undefined ? {} : { area }),
    ...(steps.has('write') && request.out !== undefined ? { written: request.out } : {}),
    seconds,
  }
}

function parametersOf(request: TileRequest, matrix: QuantizedMatrix): LUnitParameters {
  return lUnitParameters({
    bits: matrix.bits,
    group: matrix.group,
    lanes: request.lanes,
    mantissaBits: request.mantissaBits,
    offsets: matrix.offsets !== undefined,
    pipeline: pipelineOfDepth(request.pipeline),
    rom: plannedPolicy(request.rom),
  })
}

/** The ROMs of the L-Units that share the rows. */
function tileBanks(
  { units }: TileRequest,
  parameters: LUnitParameters,
  matrix: QuantizedMatrix,
): RomBank[] {
  return Array.from({ length: units }, (_, unit) => {
    const { codes, scales } = lUnitContents(
      parameters,
      weightsOfUnit(parameters, matrix, unit, units),
    )
    return [
      { name: `codes of L-Unit ${unit}`, contents: codes },
      { name: `scales of L-Unit ${unit}`, contents: scales },
    ]
  }).flat()
}

function summary(request: TileRequest, parameters: LUnitParameters) {
  const { bits, group, lanes, mantissaBits, offsets, pipeline } = parameters
  const { rom, units } = request
  return { bits, group, lanes, units, mantissaBits, offsets, pipeline: pipeline.length, rom }
}

async function lintTile(request: TileRequest, emitted: EmittedDesign): Promise<LintResult[]> {
  const yosys = openYosys({ engine: request.yosys })
  try {
    return await lintDesign(emitted, yosys)
  } finally {
    yosys.close()
  }
}

async function simulate(
  request: TileRequest,
  loaded: LoadedTile,
  parameters: LUnitParameters,
  tile: ReturnType<typeof lUnitTile>,
  design: Design,
  emitted: EmittedDesign,
  onProgress: (message: string) => void,
) {
  const engine = await openEngine(design, {
    engine: request.engine,
    emitted,
    onProgress,
    ...(request.docker === undefined ? {} : { docker: request.docker }),
    ...(request.wave === undefined ? {} : { waves: { file: request.wave } }),
  })
  try {
    const { matrix } = loaded.projection
    const result = simulateTile(engine, tile, parameters, matrix, loaded.vectors, request.seed)
    const captured = loaded.vectors.filter(({ origin }) => origin === 'captured').length
    return { ...result, engine: request.engine, captured }
  } finally {
    engine.close()
  }
}

async function synthesizeTile(
  request: TileRequest,
  emitted: EmittedDesign,
  onProgress: (message: string) => void,
): Promise<AreaReport> {
  const yosys = openYosys({ engine: request.yosys })
  try {
    return await synthesize(emitted, { yosys, liberty: request.liberty, onProgress })
  } finally {
    yosys.close()
  }
}
