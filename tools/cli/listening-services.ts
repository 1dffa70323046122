import { kernelObserver, observe, type Sighting } from '@portolan/observe'
import { wellKnownPort } from '@portolan/ports'
import { nameFrom, type PortDraft, type ServiceDraft } from './draft-stack.ts'
import { listeningUnknown } from './errors.ts'

/** A service that a process on this machine suggests. */
export interface ListeningService {
  readonly draft: ServiceDraft
  /** Part of every system, such as its name service: proposed to nobody who has not asked for it. */
  readonly isSystem: boolean
}

const SYSTEM_SERVICES = ['ssh', 'dns', 'dhcp', 'ntp', 'smtp', 'rpcbind', 'ipp', 'mdns', 'smb']

/**
 * One service for each process that listens with TCP, as something that others run: it is not Portolan's to start.
 * @throws CLI_LISTENING_UNKNOWN where the kernel cannot be asked
 */
export async function listListeningServices({
  signal,
}: {
  readonly signal: AbortSignal
}): Promise<readonly ListeningService[]> {
  const observation = await observe(kernelObserver(), { signal })
  if (observation.state === 'unknown') throw listeningUnknown(observation.cause)
  return servicesFrom(observation.sightings)
}

/** @param sightings in any order; those of UDP are left out, as most of them are replies on their way */
export function servicesFrom(sightings: readonly Sighting[]): readonly ListeningService[] {
  const listening = sightings.filter(({ transport }) => transport === 'tcp')
  const byProcess = Map.groupBy(listening, ({ holder, port }) => holder?.pid ?? `port ${port}`)
  const services: ListeningService[] = []
  const ordered = [...byProcess.values()].toSorted((a, b) => lowestPort(a) - lowestPort(b))
  for (const group of ordered) {
    const taken = services.map(({ draft }) => draft.name)
    services.push(serviceFrom(group, taken))
  }
  return services
}

function serviceFrom(group: readonly Sighting[], taken: readonly string[]): ListeningService {
  const ports = [...new Set(group.map(({ port }) => port))].toSorted((a, b) => a - b)
  const main = group.find(({ port }) => port === ports[0])
  const known = wellKnownPort(ports[0] ?? 0, 'tcp')
  const command = main?.holder?.command
  const name = nameFrom(command ?? known ?? 'service', { fallback: 'service', taken })
  return {
    draft: {
      name,
      comment:
        command === undefined
          ? 'Listens here now; by whom could not be read.'
          : `Listens here now, as "${printable(command)}".`,
      run: { kind: 'external', address: `${reachableHost(main?.address ?? '')}:${ports[0]}` },
      ports: ports.map((port, index) => portFrom(port, index)),
      routes: [],
    },
    isSystem: known !== undefined && SYSTEM_SERVICES.includes(known),
  }
}

function portFrom(port: number, index: number): PortDraft {
  const known = wellKnownPort(port, 'tcp')
  const name = known === undefined ? 'main' : nameFrom(known, { fallback: 'main' })
  return { name: index === 0 ? name : `port-${port}`, port }
}

/** Where a program on this machine reaches what listens on an address. */
function reachableHost(address: string): string {
  if (address === '0.0.0.0' || address === '::' || address === '') return '127.0.0.1'
  return address.includes(':') ? `[${address}]` : address
}

function lowestPort(group: readonly Sighting[]): number {
  return Math.min(...group.map(({ port }) => port))
}

/** A process chooses its own name; in a comment of one line it may not end that line. */
function printable(command: string): string {
  return command.replace(/[^\x20-\x7e]/g, '?')
}
