import { type PortRange, rangesOverlap, type Transport } from '@portolan/ports'
import type { DeclaredPort, DeclaredService, DeclaredStack, Host, OpenPort, Port } from '@portolan/stack'
import { allServices } from './holding.ts'

/** An `auto` port has no number here: what is asked of numbers cannot be asked of it, and it is neither free nor taken. */
export function hasNumber(port: DeclaredPort): port is Port {
  return port.range !== undefined
}

/** Whether a port is known to have a number of a range. */
export function isWithin({ range }: DeclaredPort, other: PortRange): boolean {
  return range !== undefined && rangesOverlap(range, other)
}

export function openPorts({ ports }: DeclaredService, transport?: Transport): readonly OpenPort[] {
  const open = ports.filter((port) => !hasNumber(port))
  return open.filter(({ transports }) => transport === undefined || transports.includes(transport))
}

/** Whether something on a host may be given any number of this transport: then nothing there is known to be unused. */
export function mayServe(resolved: DeclaredStack, host: Host, transport: Transport): boolean {
  return allServices(resolved).some((service) => service.host === host.name && openPorts(service, transport).length > 0)
}
