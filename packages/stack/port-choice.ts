import { rangeContains } from '@portolan/ports'
import type { DeclaredPort, Service } from './resolved-stack.ts'

/** The port that speaks HTTP, else the first TCP port, else the first: where a route or a health check goes by itself. */
export function mainPort<P extends DeclaredPort>(service: Service<P>): P | undefined {
  return (
    service.ports.find(({ speaks }) => speaks.includes('http')) ??
    service.ports.find(({ transports }) => transports.includes('tcp')) ??
    service.ports[0]
  )
}

/** The port that a route, a need or a health check means, by name, by number, or by saying nothing. */
export function portMeant<P extends DeclaredPort>(
  service: Service<P>,
  named: string | number | undefined,
): P | undefined {
  if (named === undefined) return mainPort(service)
  if (typeof named === 'string') return service.ports.find(({ name }) => name === named)
  return service.ports.find(({ range }) => range !== undefined && rangeContains(range, named))
}
