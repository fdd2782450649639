import {
  type AdapterRegionName,
  adapterRegionNames,
  adapterRegions,
  frameWordBits,
} from '../../src/compiler/adapter-layout.js'
import {
  type Bool,
  bool,
  type InnerPorts,
  input,
  type ModuleBuilder,
  mux,
  type UInt,
  uint,
} from '../../src/hdl/index.js'
import { indexType } from '../common/counter.js'
import { type AdapterParameters, adapterSlots } from './parameters.js'
import { mostOf } from './payload-position.js'

/** A word of a frame on its way into a memory: which region, which of its memories, where. */
export function loadPorts(parameters: AdapterParameters) {
  const regions = adapterRegions(parameters)
  return {
    load_valid_i: input(bool),
    load_slot_i: input(bool),
    load_region_i: input(indexType(adapterRegionNames.length)),
    load_unit_i: input(indexType(mostOf(regions, 'units'))),
    load_address_i: input(indexType(mostOf(regions, 'depth'))),
    load_word_i: input(indexType(mostOf(regions, 'words'))),
    load_data_i: input(uint(frameWordBits)),
  } as const
}

/** A word that is loaded goes into a region: `loads_a_codes`. */
export function loadsRegion(
  m: ModuleBuilder,
  load: Pick<InnerPorts<ReturnType<typeof loadPorts>>, 'load_valid_i' | 'load_region_i'>,
  region: AdapterRegionName,
): Bool {
  const number = adapterRegionNames.indexOf(region)
  return m.let(
    `loads_${region.replace(' ', '_')}`,
    load.load_valid_i.and(load.load_region_i.eq(number)),
  )
}

/** The ports at which codes and scale of one address are loaded. */
export function memoryLoadPorts(codeDepth: number, scaleDepth: number, words: number) {
  return {
    code_write_i: input(bool),
    scale_write_i: input(bool),
    code_write_address_i: input(indexType(adapterSlots * codeDepth)),
    scale_write_address_i: input(indexType(adapterSlots * scaleDepth)),
    write_word_i: input(indexType(words)),
    write_data_i: input(uint(frameWordBits)),
  } as const
}

/** An address within a slot as one in the memory of both slots. */
export function inSlot(slot: Bool, address: UInt, depth: number): UInt {
  const { width } = indexType(adapterSlots * depth)
  const inFirst = address.width >= width ? address.truncate(width) : address.extend(width)
  return mux(slot, inFirst.add(depth).truncate(width), inFirst)
}
