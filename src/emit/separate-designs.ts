import type { EmittedDesign, EmittedFile, EmittedModule } from './emitted-design.js'
import { moduleStub } from './models.js'
import { defaultOptions } from './options.js'
import { printModule } from './print/module.js'

/**
 * A design for each module: the module as the top, with black boxes for those that it instantiates. Models and black
 * boxes are no designs of their own.
 */
export function separateDesigns(design: EmittedDesign): EmittedDesign[] {
  const known = new Map(design.modules.map((module) => [module.name, module]))
  const models = design.files.filter(({ path }) => /^(models|stubs)\//.test(path))
  const images = design.files.filter(({ path }) => path.endsWith('.hex'))
  return design.modules
    .filter(({ blackBox }) => !blackBox)
    .map((module) => {
      const source = design.files.find(({ path }) => path === module.file)!
      const children = new Set(module.instances.map(({ module: child }) => known.get(child)))
      const stubs = [...children].flatMap((child) =>
        child === undefined || child.blackBox ? [] : [stubFile(child)],
      )
      const { name: top, ports, unresetState } = module
      const read = images.filter(({ path }) => source.text.includes(`"${path}"`))
      return {
        top,
        files: [...stubs, ...models, source, ...read],
        ports,
        unresetState,
        modules: [module],
      }
    })
}

/** Instances of a design in all, those within instances too. */
export function instanceCount(design: EmittedDesign): number {
  const counts = new Map<string, number>()
  for (const { name, instances } of design.modules) {
    counts.set(
      name,
      instances.reduce((sum, { module }) => sum + 1 + (counts.get(module) ?? 0), 0),
    )
  }
  return counts.get(design.top) ?? 0
}

function stubFile(module: EmittedModule): EmittedFile {
  const { text } = printModule(moduleStub(module), defaultOptions)
  return { path: `stubs/${module.name}.sv`, text }
}
