import { readFile } from 'node:fs/promises'
import { listMarkedProcesses, type ProcessIdentity } from '@portolan/observe'

/** The variable that every process of a copy carries, with the data folder's mark as its value. */
export const MARK_VARIABLE = 'PORTOLAN_MARK'

/** The running processes that carry a copy's mark in their environment (Linux; elsewhere none can be found so). */
export async function markedProcesses(mark: string): Promise<readonly ProcessIdentity[]> {
  return listMarkedProcesses(MARK_VARIABLE, mark)
}

/** This process and all above it: a service that calls `portolan` itself hands its mark on, and is not left behind. */
export async function ownLineage(): Promise<ReadonlySet<number>> {
  const found = new Set([process.pid])
  for (let pid = process.ppid; pid > 0 && !found.has(pid); pid = await parentOf(pid)) found.add(pid)
  return found
}

/** Linux; elsewhere 0, as for a process that is gone. */
async function parentOf(pid: number): Promise<number> {
  try {
    // proc_pid_stat(5): `pid (comm) state ppid …`, where comm may hold anything.
    const text = await readFile(`/proc/${pid}/stat`, 'latin1')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
  } catch {
    return 0 // gone meanwhile, or no /proc
  }
}
