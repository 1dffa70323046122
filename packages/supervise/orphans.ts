import { readdir, readFile } from 'node:fs/promises'
import { errorCode, type Waiting } from '@portolan/errors'
import { identifyProcess, isRunning, listProcessGroup, type ProcessIdentity } from '@portolan/observe'
import type { DataFolder } from './data-folder.ts'
import { orphanLeft } from './errors.ts'
import { pause } from './process-group.ts'
import { readRunState } from './run-state.ts'

/** The variable that every process of a copy carries, with the data folder's mark as its value. */
export const MARK_VARIABLE = 'PORTOLAN_MARK'

const GRACE_MS = 10_000
const KILL_WAIT_MS = 5_000
const LOOK_MS = 50

/**
 * Ends what an earlier run left behind after its supervisor was killed. The lock of the folder must be held: it proves
 * that no supervisor is there who would want them.
 *
 * Found by what the run wrote down (process id and start time) together with their process groups, and on Linux by the
 * mark in their environment as well, which also finds what was started in the instant before the kill.
 * @returns how many there were
 * @throws SUPERVISE_ORPHAN_LEFT when some do not end
 */
export async function endOrphans(folder: DataFolder, { signal }: Waiting): Promise<number> {
  const found = await findOrphans(folder)
  if (found.length === 0) return 0
  for (const { pid } of found) sendTo(pid, 'SIGTERM')
  const left = await waitForEnd(found, AbortSignal.any([signal, AbortSignal.timeout(GRACE_MS)]))
  for (const { pid } of left) sendTo(pid, 'SIGKILL')
  const still = await waitForEnd(left, AbortSignal.timeout(KILL_WAIT_MS))
  if (still.length > 0) throw orphanLeft(still.map(({ pid }) => pid))
  return found.length
}

async function findOrphans(folder: DataFolder): Promise<readonly ProcessIdentity[]> {
  const written = (await readRunState(folder))?.processes ?? []
  const grouped = await Promise.all(written.map(groupOf))
  const marked = await markedProcesses(folder.mark)
  const byPid = new Map([...grouped.flat(), ...marked].map((identity) => [identity.pid, identity]))
  // A service may have called `portolan` itself, and then carries the mark: it is not left behind.
  for (const pid of [process.pid, ...(await ancestorsOf(process.ppid))]) byPid.delete(pid)
  return [...byPid.values()]
}

/** A process and all above it (Linux; elsewhere only itself). */
async function ancestorsOf(first: number): Promise<readonly number[]> {
  const found: number[] = []
  for (let pid = first; pid > 0 && !found.includes(pid); pid = await parentOf(pid)) found.push(pid)
  return found
}

async function parentOf(pid: number): Promise<number> {
  try {
    // proc_pid_stat(5): `pid (comm) state ppid …`, where comm may hold anything.
    const text = await readFile(`/proc/${pid}/stat`, 'latin1')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
  } catch {
    return 0 // gone meanwhile, or no /proc
  }
}

/** The leader's group, if it is still the leader's: a group keeps its number as long as one process is in it. */
async function groupOf(leader: ProcessIdentity): Promise<readonly ProcessIdentity[]> {
  const now = await identifyProcess(leader.pid)
  const members = await listProcessGroup(leader.pid)
  // Another process has the number now: then the group is that one's, and ours is gone.
  if (now !== undefined && (now.startTicks !== leader.startTicks || now.bootId !== leader.bootId)) return []
  return members.filter(({ bootId }) => bootId === leader.bootId)
}

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

function sendTo(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // It ended by itself; or it has become another user's, and is then named as one that did not end.
    if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error
  }
}

async function waitForEnd(
  identities: readonly ProcessIdentity[],
  signal: AbortSignal,
): Promise<readonly ProcessIdentity[]> {
  let left = identities
  while (left.length > 0) {
    const running = await Promise.all(left.map((identity) => isRunning(identity)))
    left = left.filter((_, index) => running[index])
    if (signal.aborted) break
    if (left.length > 0) await pause(LOOK_MS, { signal })
  }
  return left
}
