import type { ModuleNode } from '../ir/module-node.js'

/** All modules below and including `top`, each once, instances before the modules that hold them. */
export function modulesBelow(top: ModuleNode): readonly ModuleNode[] {
  const order: ModuleNode[] = []
  const seen = new Set<ModuleNode>()
  const visit = (module: ModuleNode) => {
    if (seen.has(module)) return
    seen.add(module)
    for (const { module: inner } of module.instances) visit(inner)
    order.push(module)
  }
  visit(top)
  return order
}
