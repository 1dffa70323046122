import { type PortRange, singlePort, type Transport } from '@portolan/ports'
import {
  type DeclaredPort,
  type DeclaredService,
  type DeclaredStack,
  GATEWAY,
  type Host,
  type Path,
} from '@portolan/stack'

/** Ports that a service takes from its host, for one transport. */
export interface Holding {
  readonly host: Host
  readonly service: DeclaredService
  readonly port: DeclaredPort
  readonly range: PortRange
  readonly transport: Transport
  /** The line that says the number. */
  readonly source: Path
}

/** The gateway first, then the services in the order of the file. */
export function allServices({ gateway, services }: DeclaredStack): readonly DeclaredService[] {
  return gateway === undefined ? services : [gateway, ...services]
}

export function hostOf(resolved: DeclaredStack, service: DeclaredService): Host | undefined {
  return resolved.hosts.find(({ name }) => name === service.host)
}

/**
 * What the hosts really give away. A container's port counts as what it is published under. On Kubernetes a pod has
 * addresses of its own and the host gives node ports alone. What others run holds nothing here.
 */
export function holdingsOf(resolved: DeclaredStack): readonly Holding[] {
  return allServices(resolved).flatMap((service) => {
    const host = hostOf(resolved, service)
    if (host === undefined || service.run.kind === 'external') return []
    return service.ports.flatMap((port) =>
      port.transports.flatMap((transport) => heldBy({ host, service, port, transport }) ?? []),
    )
  })
}

function heldBy(part: Pick<Holding, 'host' | 'service' | 'port' | 'transport'>): Holding | undefined {
  const { host, service, port, transport } = part
  const nodePort = port.nodePorts[transport]
  if (host.kind === 'kubernetes' && nodePort !== undefined) {
    return { ...part, range: singlePort(nodePort), source: [...port.source, 'nodePort'] }
  }
  // An ingress controller is bound to the node itself (`hostPort`), as Kind's documentation sets it up.
  if (host.kind === 'kubernetes' && service.name !== GATEWAY) return undefined
  // What a registry is still to give is not known to be taken.
  if (port.published === undefined) return undefined
  return { ...part, range: port.published, source: [...port.source, 'publish'] }
}

/** The gateway is for everybody unless it says `loopback`: that is what it is for. */
export function isPublic(service: DeclaredService, port: DeclaredPort): boolean {
  return port.reach === 'public' || (service.name === GATEWAY && port.reach !== 'loopback')
}
