import { type ExpressionNode, operandsOf, withOperands } from './expression.js'
import type { ModuleNode, RomNode, SignalNode } from './module-node.js'
import type { StatementNode } from './statement.js'
import { moduleExpressions, visitExpressions } from './traversal.js'

/** What becomes something else; types and widths stay. */
export interface Rewriting {
  readonly expressions?: ReadonlyMap<ExpressionNode, ExpressionNode>
  readonly registers?: ReadonlyMap<SignalNode, SignalNode>
  readonly roms?: ReadonlyMap<RomNode, RomNode>
}

/** A module with some of its expressions, registers and ROMs replaced wherever they are used. */
export function rewriteModule(module: ModuleNode, rewriting: Rewriting): ModuleNode {
  const { expressions, registers, roms } = rewriting
  const done = new Map<ExpressionNode, ExpressionNode>()
  const withReplacedUse = (node: ExpressionNode): ExpressionNode => {
    if (node.kind === 'ref') {
      const signal = registers?.get(node.signal)
      return signal === undefined ? node : { ...node, signal }
    }
    if (node.kind === 'romRead') {
      const rom = roms?.get(node.rom)
      return rom === undefined ? node : { ...node, rom }
    }
    return node
  }
  visitExpressions(moduleExpressions(module), new Set(), (node) => {
    const made = withOperands(
      node,
      operandsOf(node).map((operand) => done.get(operand)!),
    )
    done.set(node, expressions?.get(node) ?? withReplacedUse(made))
  })
  const of = (node: ExpressionNode) => done.get(node)!
  const signalOf = (signal: SignalNode) => registers?.get(signal) ?? signal
  const block = (statements: readonly StatementNode[]) => statements.map(rewritten)
  const rewritten = (statement: StatementNode): StatementNode => {
    switch (statement.kind) {
      case 'assign':
        return { ...statement, target: signalOf(statement.target), value: of(statement.value) }
      case 'when':
        return {
          ...statement,
          branches: statement.branches.map(({ condition, body }) => ({
            condition: of(condition),
            body: block(body),
          })),
          otherwise: statement.otherwise && block(statement.otherwise),
        }
      case 'switch':
        return {
          ...statement,
          subject: of(statement.subject),
          cases: statement.cases.map((one) => ({ ...one, body: block(one.body) })),
          otherwise: statement.otherwise && block(statement.otherwise),
        }
    }
  }
  return {
    ...module,
    signals: module.signals.map(signalOf),
    roms: module.roms.map((rom) => roms?.get(rom) ?? rom),
    statements: block(module.statements),
    memories: module.memories.map((memory) => ({
      ...memory,
      reads: memory.reads.map((read) => ({
        ...read,
        address: of(read.address),
        ...(read.enable && { enable: of(read.enable) }),
      })),
      writes: memory.writes.map((write) => ({
        ...write,
        address: of(write.address),
        data: of(write.data),
        enable: of(write.enable),
        ...(write.mask && { mask: of(write.mask) }),
      })),
    })),
    checks: module.checks.map((check) => ({ ...check, condition: of(check.condition) })),
  }
}

/** A hierarchy in which every instance of one module is of another with the same ports. */
export function replaceModule(top: ModuleNode, from: ModuleNode, to: ModuleNode): ModuleNode {
  const done = new Map<ModuleNode, ModuleNode>([[from, to]])
  const replaced = (module: ModuleNode): ModuleNode => {
    const known = done.get(module)
    if (known !== undefined) return known
    const instances = module.instances.map((instance) => {
      const inner = replaced(instance.module)
      return inner === instance.module ? instance : { ...instance, module: inner }
    })
    const isSame = instances.every((instance, i) => instance === module.instances[i])
    const result = isSame ? module : { ...module, instances }
    done.set(module, result)
    return result
  }
  return replaced(top)
}

/**
 * A module with one bit of a word of one of its ROMs flipped. A ROM whose form is named by its contents becomes an array from a
 * file.
 *
 * @throws RangeError when there is no such ROM or bit
 */
export function withFlippedRomBit(
  module: ModuleNode,
  name: string,
  address: number,
  bit: number,
): ModuleNode {
  const rom = module.roms.find((candidate) => candidate.name === name)
  if (rom === undefined) throw new RangeError(`${module.name} has no ROM ${name}`)
  const isNamed = rom.form.kind === 'macro' || rom.form.kind === 'module'
  const flipped: RomNode = {
    ...rom,
    form: isNamed ? { kind: 'readmemh' } : rom.form,
    contents: rom.contents.withFlippedBit(address, bit),
  }
  return rewriteModule(module, { roms: new Map([[rom, flipped]]) })
}
