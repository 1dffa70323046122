import { readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { errorCode, type Waiting } from '@portolan/errors'
import { platformUnsupported } from './errors.ts'
import { mapBounded } from './map-bounded.ts'
import type { Observer } from './observer.ts'
import { ProcProcessTable } from './proc-process-table.ts'
import type { Sighting } from './sighting.ts'
import { findSocketHolders } from './socket-holders.ts'
import { type SocketOwner, sightingsOfSockets } from './socket-owner.ts'
import { type OpenSocket, parseSocketTable, SOCKET_TABLES, type SocketTable } from './socket-table.ts'

export interface KernelObserverOptions {
  readonly platform?: string
  readonly procRoot?: string
  readonly passwdPath?: string
  readonly endianness?: 'LE' | 'BE'
  readonly now?: () => Date
}

const DEFAULTS = { procRoot: '/proc', passwdPath: '/etc/passwd' } as const satisfies KernelObserverOptions
const PROCESSES_AT_ONCE = 8
const NOBODY: ReadonlySet<number> = new Set()

type Look = Required<KernelObserverOptions>

/**
 * Looks at this machine's own sockets: TCP that listens and UDP that is bound, in the network namespace of this process.
 * Linux only; elsewhere each look fails with OBSERVE_PLATFORM_UNSUPPORTED, so that `observe` says `unknown`. To see the
 * holders of other users' ports it has to run as root.
 */
export function kernelObserver(options: KernelObserverOptions = {}): Observer {
  const look: Look = {
    platform: process.platform,
    endianness: os.endianness(),
    now: () => new Date(),
    ...DEFAULTS,
    ...options,
  }
  return { name: 'kernel', now: look.now, listOpenPorts: (waiting) => listOpenPorts(look, waiting) }
}

async function listOpenPorts(look: Look, { signal }: Waiting): Promise<readonly Sighting[]> {
  if (look.platform !== 'linux') throw platformUnsupported(look.platform, 'see which ports are open')
  const sockets = (await Promise.all(SOCKET_TABLES.map((table) => listSockets(table, look, { signal })))).flat()
  const processes = new ProcProcessTable(look)
  const inodes = new Set(sockets.map(({ inode }) => inode).filter((inode) => inode !== '0'))
  const sought = { procRoot: look.procRoot, pids: await processes.listPids(), inodes }
  const pidsByInode = await findSocketHolders(sought, { signal })
  const held = sockets.map((socket) => ({ socket, pids: pidsByInode.get(socket.inode) ?? NOBODY }))
  return sightingsOfSockets(held, await findOwners(pidsByInode, processes))
}

async function listSockets(table: SocketTable, look: Look, { signal }: Waiting): Promise<readonly OpenSocket[]> {
  const folder = path.join(look.procRoot, 'net')
  try {
    const text = await readFile(path.join(folder, table.name), { encoding: 'utf8', signal })
    return parseSocketTable(table, text, { endianness: look.endianness })
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || table.family === 'ipv4' || (await hasIpv6(folder))) throw error
    return [] // a kernel without IPv6 has neither its tables nor its list of addresses
  }
}

async function hasIpv6(folder: string): Promise<boolean> {
  try {
    await readFile(path.join(folder, 'if_inet6'))
    return true
  } catch (error) {
    return errorCode(error) !== 'ENOENT'
  }
}

/** The processes behind the sockets, each described once. */
async function findOwners(
  pidsByInode: ReadonlyMap<string, ReadonlySet<number>>,
  processes: ProcProcessTable,
): Promise<ReadonlyMap<number, SocketOwner>> {
  const pids = [...new Set([...pidsByInode.values()].flatMap((of) => [...of]))]
  const owners = await mapBounded(pids, PROCESSES_AT_ONCE, (pid) => processes.findOwner(pid))
  return new Map(owners.filter((owner) => owner !== undefined).map((owner) => [owner.holder.pid, owner]))
}
