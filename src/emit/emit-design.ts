import { InputError } from '../common/input-error.js'
import { type ModuleNode, portsOf, type RomNode, type SignalNode } from '../hdl/ir/module-node.js'
import type {
  EmittedDesign,
  EmittedFile,
  EmittedInstance,
  EmittedModule,
  EmittedPort,
  UnresetState,
} from './emitted-design.js'
import { legaliseModule, type UnresetNet } from './legalise/module.js'
import { constructionOf } from './legalise/roms.js'
import { memoryImage } from './memory-image.js'
import { blackBoxStub, macroModel, macroStub } from './models.js'
import { defaultOptions, type EmitOptions } from './options.js'
import { type PrintedModule, printModule } from './print/module.js'
import type { SvModule } from './printable/module.js'

/** A checked design: what `elaborate` returns. */
export interface DesignInput {
  readonly top: ModuleNode
  /** Every distinct module once, instances before the modules that hold them. */
  readonly modules: readonly ModuleNode[]
}

/**
 * SystemVerilog for a design: one file a module, and one for the contents of each ROM and memory that
 * reads its contents from a file.
 *
 * @throws InputError for a module with the name of a ROM's, a ROM macro with two different contents, or a memory written by
 * several clocks
 */
export function emitDesign(design: DesignInput, options: Partial<EmitOptions> = {}): EmittedDesign {
  const emitter = new DesignEmitter({ ...defaultOptions, ...options })
  for (const module of design.modules) emitter.addDesignModule(module)
  return {
    top: design.top.name,
    files: emitter.files(),
    ports: emittedPorts(design.top),
    get unresetState() {
      return unresetBelow(design.top, emitter.modules)
    },
    modules: emitter.modules,
  }
}

class DesignEmitter {
  readonly modules: EmittedModule[] = []
  readonly #sources: EmittedFile[] = []
  readonly #images = new Map<string, EmittedFile>()
  readonly #macros = new Map<string, string>()
  readonly #romForms = new Set<string>()
  /** Names of what ROMs have become, with all below. */
  readonly #romModules = new Set<string>()

  constructor(private readonly options: EmitOptions) {}

  files(): readonly EmittedFile[] {
    return [...this.#sources, ...this.#images.values()]
  }

  addDesignModule(module: ModuleNode): void {
    if (this.#romModules.has(module.name)) throw nameOfRomModule(module)
    this.addModule(module)
  }

  addModule(module: ModuleNode): void {
    if (module.blackBox !== undefined) {
      this.#addBlackBox(module, module.blackBox.source)
      return
    }
    for (const rom of module.roms) {
      this.#addModulesOf(rom)
      if (rom.form.kind !== 'macro') continue
      const name = rom.form.module
      const known = this.#macros.get(name)
      if (known !== undefined && known !== rom.contents.hash) {
        const hint = 'give each of the contents a macro of its own'
        throw new InputError('the ROM macro is used with different contents', { field: name }, hint)
      }
      if (known !== undefined) continue
      this.#macros.set(name, rom.contents.hash)
      if (!rom.contents.isPlaceholder) {
        this.#print(macroModel(name, rom), `models/${name}.sv`, 'simulation')
      }
      const use = rom.contents.isPlaceholder ? undefined : 'synthesis'
      this.#print(macroStub(name, rom), `stubs/${name}.sv`, use)
    }
    const { printable, unreset } = legaliseModule(module)
    const file = `${module.name}.sv`
    const { sources } = this.#print(printable, file)
    this.#describe(module, file, sources, unreset, this.#romInstances(printable))
  }

  #addModulesOf(rom: RomNode): void {
    if (rom.form.kind !== 'module' || this.#romForms.has(rom.form.name)) return
    this.#romForms.add(rom.form.name)
    for (const module of rom.form.build(rom.contents)) {
      if (this.#romModules.has(module.name)) continue
      if (this.modules.some(({ name }) => name === module.name)) throw nameOfRomModule(module)
      this.#romModules.add(module.name)
      this.addModule(module)
    }
  }

  /** Instances of the modules that ROMs have become. */
  #romInstances({ sections }: SvModule): readonly EmittedInstance[] {
    return sections
      .flat()
      .filter((item) => item.kind === 'instance')
      .filter((item) => this.#romForms.has(item.module))
      .map(({ name, module }) => ({ name, module }))
  }

  #addBlackBox(module: ModuleNode, source: string | undefined): void {
    const model = `models/${module.name}.sv`
    if (source !== undefined) {
      const text = source.endsWith('\n') ? source : `${source}\n`
      this.#sources.push({ path: model, text, use: 'simulation' })
    }
    this.#print(blackBoxStub(module), `stubs/${module.name}.sv`, 'synthesis')
    this.#describe(module, source === undefined ? undefined : model, [])
  }

  #print(module: SvModule, path: string, use?: 'simulation' | 'synthesis'): PrintedModule {
    const printed = printModule(module, this.options)
    this.#sources.push({ path, text: printed.text, ...(use === undefined ? {} : { use }) })
    for (const item of module.sections.flat()) {
      if (item.kind !== 'memory' || item.image === undefined) continue
      const { path: image, contents } = item.image
      if (!this.#images.has(image)) {
        this.#images.set(image, { path: image, text: memoryImage(contents) })
      }
    }
    return printed
  }

  #describe(
    module: ModuleNode,
    file: string | undefined,
    sourceMap: PrintedModule['sources'],
    unreset: readonly UnresetNet[] = [],
    romInstances: readonly EmittedInstance[] = [],
  ): void {
    this.modules.push({
      name: module.name,
      ...(file === undefined ? {} : { file }),
      blackBox: module.blackBox !== undefined,
      parameters: module.parameters,
      ports: emittedPorts(module),
      instances: [
        ...module.instances.map(({ name, module: of }) => ({ name, module: of.name })),
        ...romInstances,
      ],
      roms: module.roms.map((rom) => ({
        name: rom.name,
        width: rom.contents.width,
        depth: rom.contents.depth,
        form: constructionOf(rom),
        hash: rom.contents.hash,
      })),
      unresetState: unreset.map(({ name, ...shape }) => ({ path: name, ...shape })),
      sourceMap,
    })
  }
}

function nameOfRomModule({ name }: ModuleNode): InputError {
  return new InputError('a module of a ROM has this name too', { field: name }, 'rename the module')
}

function emittedPorts(module: ModuleNode): EmittedPort[] {
  return portsOf(module).map(({ kind, name, width, signed, role }: SignalNode) => ({
    name,
    direction: kind === 'input' ? 'input' : 'output',
    width,
    signed,
    role,
  }))
}

function unresetBelow(top: ModuleNode, modules: readonly EmittedModule[]): UnresetState[] {
  const byName = new Map(modules.map(({ name, unresetState }) => [name, unresetState]))
  const states: UnresetState[] = []
  const visit = (module: ModuleNode, prefix: string) => {
    for (const { path, ...shape } of byName.get(module.name) ?? []) {
      states.push({ path: prefix + path, ...shape })
    }
    for (const instance of module.instances) visit(instance.module, `${prefix}${instance.name}.`)
  }
  visit(top, '')
  return states
}
