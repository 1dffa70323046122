import { type PortRange, rangeIntersection, type Transport } from '@portolan/ports'
import type { DeclaredService, DeclaredStack, Port } from '@portolan/stack'
import { contradiction, type StackPair } from '../contradiction.ts'
import type { Finding } from '../finding.ts'
import { allServices } from '../holding.ts'
import { hasNumber } from '../open-port.ts'
import { numbers, portName } from '../wording.ts'

interface Owned {
  readonly service: DeclaredService
  readonly port: Port
}

/** A number of a host that is one service's in one file and another's in the other. Who runs them does not matter. */
export function portOwners(pair: StackPair): readonly Finding[] {
  const owned = { a: ownedIn(pair.a), b: ownedIn(pair.b) }
  return owned.a.flatMap((a) =>
    owned.b.flatMap((b) => {
      const shared = sharedBy(a, b)
      if (shared === undefined || a.service.name === b.service.name || a.service.host !== b.service.host) return []
      // Where a file gives it to both, that file collides with itself and says nothing about the other.
      if (owned.b.some((other) => other.service.name === a.service.name && sharedBy(a, other) !== undefined)) return []
      if (owned.a.some((other) => other.service.name === b.service.name && sharedBy(b, other) !== undefined)) return []
      return [
        contradiction(
          'CONTRADICTION_PORT_OWNER',
          {
            subject: `Port ${numbers(shared.range, shared.transports)}`,
            here: { stack: pair.a, path: a.port.source, says: `belongs to ${portName(a.service, a.port)}` },
            there: { stack: pair.b, path: b.port.source, says: `belongs to ${portName(b.service, b.port)}` },
          },
          pair,
        ),
      ]
    }),
  )
}

function ownedIn(stack: DeclaredStack): readonly Owned[] {
  return allServices(stack).flatMap((service) => service.ports.filter(hasNumber).map((port) => ({ service, port })))
}

function sharedBy(a: Owned, b: Owned): { readonly range: PortRange; readonly transports: Transport[] } | undefined {
  const range = rangeIntersection(a.port.published, b.port.published)
  const transports = a.port.transports.filter((transport) => b.port.transports.includes(transport))
  return range === undefined || transports.length === 0 ? undefined : { range, transports }
}
