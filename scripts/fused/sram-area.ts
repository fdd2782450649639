import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RomContents } from '../../src/hdl/index.js'
import { coverMemory } from '../../src/synth/sram-cover.js'
import { readSramTable } from '../../src/synth/sram-table.js'

/** Transistors of an SRAM cell, without decoder, drivers and sense amplifiers. */
const cellTransistors = 6

const families: Readonly<Record<string, string>> = {
  asap7: 'fakeram7',
  'ihp-sg13g2': 'ihp-sg13g2',
  sky130hd: 'sky130',
}

/**
 * What holds the contents as SRAM: cells alone in generic gates; in a library the smallest cover of whole macros of the table
 * in the folder `ROMULUS_SHARED`, undefined without one.
 */
export function sramArea({ width, depth }: RomContents, library: string): number | undefined {
  if (library === 'generic') return cellTransistors * width * depth
  const shared = process.env.ROMULUS_SHARED
  const family = families[library]
  if (shared === undefined || family === undefined) return undefined
  const file = join(shared, 'sram', 'areas.tsv')
  if (!existsSync(file)) return undefined
  const memory = { name: 'words', width, depth, readPorts: 1, writePorts: 1 }
  return coverMemory(readSramTable(file, family), memory).area
}
