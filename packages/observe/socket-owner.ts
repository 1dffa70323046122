import { distinctSightings, type Holder, type Sighting } from './sighting.ts'
import type { OpenSocket } from './socket-table.ts'

/** A process, and the container that it runs in. */
export interface SocketOwner {
  readonly holder: Holder
  readonly containerId?: string
}

/** A socket with every process that has it open: workers inherit it from the one that opened it. */
export interface HeldSocket {
  readonly socket: OpenSocket
  readonly pids: ReadonlySet<number>
}

/** One sighting for each socket, with the oldest of its processes as the holder: that is the one that opened it. */
export function sightingsOfSockets(
  sockets: readonly HeldSocket[],
  ownersByPid: ReadonlyMap<number, SocketOwner>,
): readonly Sighting[] {
  return distinctSightings(sockets.map(({ socket, pids }) => sightingOf(socket, oldestOf(pids, ownersByPid))))
}

function oldestOf(pids: ReadonlySet<number>, ownersByPid: ReadonlyMap<number, SocketOwner>): SocketOwner | undefined {
  const owners = [...pids].flatMap((pid) => ownersByPid.get(pid) ?? [])
  const [oldest] = owners.toSorted(
    ({ holder: a }, { holder: b }) => a.startedAt.getTime() - b.startedAt.getTime() || a.pid - b.pid,
  )
  return oldest
}

function sightingOf({ inode: _inode, ...open }: OpenSocket, owner: SocketOwner | undefined): Sighting {
  if (owner === undefined) return open
  const { holder, containerId } = owner
  return containerId === undefined ? { ...open, holder } : { ...open, holder, container: { id: containerId } }
}
