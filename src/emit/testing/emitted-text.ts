import { elaborate } from '../../hdl/index.js'
import type { ModuleNode } from '../../hdl/ir/module-node.js'
import { emitDesign } from '../emit-design.js'

/** The text of one module, without places, which move with every edit of a test. */
export function emittedText(definition: { readonly node: ModuleNode }): string {
  const design = emitDesign(elaborate(definition), { sourceComments: false })
  return design.files.find(({ path }) => path === `${design.top}.sv`)!.text
}
