import { readdir, readlink } from 'node:fs/promises'
import path from 'node:path'
import type { Waiting } from '@portolan/errors'
import { mapBounded } from './map-bounded.ts'
import { isGone } from './proc-process-table.ts'

const PROCESSES_AT_ONCE = 4
const LINKS_AT_ONCE = 32

/**
 * The processes that hold each of the wanted sockets, by inode, from the links in /proc/PID/fd. A process whose links
 * may not be read is passed over: its sockets then have no holder, and are open all the same.
 */
export async function findSocketHolders(
  { procRoot, pids, inodes }: { procRoot: string; pids: readonly number[]; inodes: ReadonlySet<string> },
  { signal }: Waiting,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const pidsByInode = new Map<string, Set<number>>()
  await mapBounded(pids, PROCESSES_AT_ONCE, async (pid) => {
    signal.throwIfAborted()
    for (const inode of await listSocketInodes(path.join(procRoot, String(pid), 'fd'))) {
      if (!inodes.has(inode)) continue
      const holders = pidsByInode.get(inode) ?? new Set()
      pidsByInode.set(inode, holders.add(pid))
    }
  })
  return pidsByInode
}

async function listSocketInodes(folder: string): Promise<readonly string[]> {
  const names = await orWhenGone(readdir(folder), [])
  const links = await mapBounded(names, LINKS_AT_ONCE, (name) => orWhenGone(readlink(path.join(folder, name)), ''))
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
}

async function orWhenGone<Value>(read: Promise<Value>, instead: Value): Promise<Value> {
  try {
    return await read
  } catch (error) {
    if (isGone(error)) return instead
    throw error
  }
}
