import type { Bool, ModuleBuilder, SInt, UInt } from '../../src/hdl/index.js'

type Scalar = Bool | UInt | SInt

/**
 * The end of a pipeline stage: its values one clock edge later when `registered`, otherwise the values
 * themselves, named `stage_value` either way. The registers are not reset.
 */
export function endOfStage<const V extends Readonly<Record<string, Scalar>>>(
  m: ModuleBuilder,
  stage: string,
  registered: boolean,
  values: V,
): V {
  const named = Object.entries(values).map(([name, value]) => {
    const full = `${stage}_${name}`
    return [name, registered ? m.delayed(full, value) : m.let(full, value)]
  })
  return Object.fromEntries(named)
}
