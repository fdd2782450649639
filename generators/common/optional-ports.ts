import type { PortList } from '../../src/hdl/index.js'

/** Ports that a module has only with a `cause`; its body and its instances use them only then. */
export function optionalPorts<C, P extends PortList>(
  cause: C | undefined,
  ports: (cause: C) => P,
): P {
  return cause === undefined ? ({} as P) : ports(cause)
}
