import { InputError } from '../common/input-error.js'
import type { EmittedDesign } from './emitted-design.js'

export interface ClockConstraint {
  /** An input of the top module with the role of a clock. */
  readonly port: string
  /** Nanoseconds, above zero. */
  readonly periodNs: number
}

export interface SdcOptions {
  readonly clocks: readonly ClockConstraint[]
}

/**
 * Synopsys Design Constraints: the clocks, asynchronous to each other, and resets that are not timed.
 *
 * @throws InputError for a port that is no clock, or a period that is not positive
 */
export function sdc(design: EmittedDesign, { clocks }: SdcOptions): string {
  const ports = design.ports.filter(({ direction }) => direction === 'input')
  const known = ports.filter(({ role }) => role === 'clock').map(({ name }) => name)
  for (const { port, periodNs } of clocks) {
    if (!known.includes(port)) {
      const hint = known.length === 0 ? 'the top module has none' : `clocks: ${known.join(', ')}`
      throw new InputError(`${design.top} has no clock port`, { field: port }, hint)
    }
    if (!(periodNs > 0 && Number.isFinite(periodNs))) {
      throw new InputError(`a period of ${periodNs} ns`, { field: port }, 'give a positive number')
    }
  }
  const lines = clocks.map(
    ({ port, periodNs }) => `create_clock -name ${port} -period ${periodNs} [get_ports {${port}}]`,
  )
  if (clocks.length > 1) {
    const groups = clocks.map(({ port }) => `-group {${port}}`).join(' ')
    lines.push(`set_clock_groups -asynchronous ${groups}`)
  }
  for (const { name, role } of ports) {
    if (role === 'reset') lines.push(`set_false_path -from [get_ports {${name}}]`)
  }
  return `${lines.join('\n')}\n`
}
