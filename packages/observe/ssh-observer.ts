import type { Waiting } from '@portolan/errors'
import { TRANSPORTS } from '@portolan/ports'
import type { Engine } from './container.ts'
import type { EngineAddress } from './engine-address.ts'
import { mapBounded } from './map-bounded.ts'
import type { Observer } from './observer.ts'
import { parseProcessFacts } from './process-facts.ts'
import type { Sighting } from './sighting.ts'
import { sightingsOfSockets } from './socket-owner.ts'
import { SS_INSTALL } from './ss-observer.ts'
import { parseSsTable } from './ss-table.ts'
import type { SshHost } from './ssh-host.ts'

const SS = { program: 'ss', install: SS_INSTALL } as const
const SS_COMMANDS = { tcp: 'ssTcp', udp: 'ssUdp' } as const
const GREP = { program: 'grep', install: 'Install grep.' } as const

export interface SshObserverOptions {
  readonly now?: () => Date
}

/**
 * Looks at another host's sockets, through its `ss` and /proc over SSH. Holders of other users' ports need root there;
 * without it they are sightings without a holder.
 */
export function sshObserver(host: SshHost, { now = () => new Date() }: SshObserverOptions = {}): Observer {
  return { name: `ss on ${host.name}`, now, listOpenPorts: (waiting) => listOpenPorts(host, waiting) }
}

async function listOpenPorts(host: SshHost, { signal }: Waiting): Promise<readonly Sighting[]> {
  const tables = await mapBounded(TRANSPORTS, TRANSPORTS.length, async (transport) => {
    return parseSsTable(transport, await host.run(SS_COMMANDS[transport], { ...SS, signal }))
  })
  const held = tables.flat()
  const hasHolders = held.some(({ pids }) => pids.size > 0)
  const owners = hasHolders ? parseProcessFacts(await host.run('processes', { ...GREP, signal })) : new Map()
  return sightingsOfSockets(held, owners)
}

/** How a container engine is reached on a host: by its unix socket, or by its own command where sshd forwards none. */
export type SshEngineWay = { readonly socketPath: string } | { readonly command: Engine }

const ENGINE_COMMANDS = { docker: 'dockerStdio', podman: 'podmanStdio' } as const

/** The address of another host's container engine, for `engineObserver`. It shares the host's one connection. */
export function sshEngine(host: SshHost, way: SshEngineWay): EngineAddress {
  if ('socketPath' in way) {
    const { socketPath } = way
    return {
      type: 'stream',
      place: `${socketPath} on ${host.name}`,
      open: (waiting) => host.openSocket(socketPath, waiting),
    }
  }
  const { command } = way
  const program = { program: command, install: `Install ${command}, or give the path of the engine's socket.` }
  return {
    type: 'stream',
    place: `${command} on ${host.name}`,
    open: (waiting) => host.openCommandStream(ENGINE_COMMANDS[command], { ...program, ...waiting }),
  }
}
