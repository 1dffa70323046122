import { readdir, readFile } from 'node:fs/promises'
import { errorCode } from '@portolan/errors'
import { identifyProcess, isRunning, type ProcessIdentity } from '@portolan/observe'

/** The variable that every process of a copy carries, with the data folder's mark as its value. */
export const MARK_VARIABLE = 'PORTOLAN_MARK'

/** The running processes that carry a copy's mark in their environment (Linux; elsewhere none can be found so). */
export async function markedProcesses(mark: string): Promise<readonly ProcessIdentity[]> {
  const pids = (await entriesOf('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found: ProcessIdentity[] = []
  for (const pid of pids) {
    if (!(await environmentOf(pid)).includes(`${MARK_VARIABLE}=${mark}\0`)) continue
    const identity = await identifyProcess(pid)
    if (identity !== undefined && (await isRunning(identity))) found.push(identity)
  }
  return found
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

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [] // no /proc outside Linux
    throw error
  }
}

async function environmentOf(pid: number): Promise<string> {
  try {
    return `${await readFile(`/proc/${pid}/environ`, 'latin1')}\0`
  } catch {
    // Gone meanwhile, or another user's, and so not one of ours.
    return ''
  }
}
