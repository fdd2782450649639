import type { RomNode } from '../ir/module-node.js'
import { romRead } from '../signals/nodes.js'
import { UInt } from '../signals/uint.js'

/** A ROM of a module. */
export class Rom {
  constructor(readonly node: RomNode) {}

  get width(): number {
    return this.node.contents.width
  }

  get depth(): number {
    return this.node.contents.depth
  }

  /** Bits of an address. */
  get addressWidth(): number {
    return this.node.contents.addressWidth
  }

  /** The word at an address, combinational; beyond the depth zero. */
  read(address: UInt): UInt {
    return new UInt(romRead(this.node, address))
  }
}
