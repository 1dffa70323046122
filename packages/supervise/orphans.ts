import { errorCode, type Waiting } from '@portolan/errors'
import { identifyProcess, isRunning, listProcessGroup, type ProcessIdentity, pause } from '@portolan/observe'
import type { DataFolder } from './data-folder.ts'
import { orphanLeft } from './errors.ts'
import { markedProcesses, ownLineage } from './marked-processes.ts'
import { readRunState } from './run-state.ts'

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
export async function endOrphans(folder: DataFolder, waiting: Waiting): Promise<number> {
  const written = (await readRunState(folder))?.processes ?? []
  const grouped = await Promise.all(written.map(groupOf))
  return endAll([...grouped.flat(), ...(await markedProcesses(folder.mark))], waiting)
}

/**
 * Ends what has left the process group of the service that started it (`setsid`), once every service is stopped: on
 * Linux it is known by the mark in its environment.
 * @returns how many there were
 * @throws SUPERVISE_ORPHAN_LEFT when some do not end
 */
export async function endStrays({ mark }: Pick<DataFolder, 'mark'>, waiting: Waiting): Promise<number> {
  return endAll(await markedProcesses(mark), waiting)
}

/** Asks them to end, and kills them when they have not ended within the grace or the signal fires. */
async function endAll(identities: readonly ProcessIdentity[], { signal }: Waiting): Promise<number> {
  const lineage = await ownLineage()
  const found = [...new Map(identities.map((identity) => [identity.pid, identity])).values()].filter(
    ({ pid }) => !lineage.has(pid),
  )
  if (found.length === 0) return 0
  for (const { pid } of found) sendTo(pid, 'SIGTERM')
  const left = await waitForEnd(found, AbortSignal.any([signal, AbortSignal.timeout(GRACE_MS)]))
  for (const { pid } of left) sendTo(pid, 'SIGKILL')
  const still = await waitForEnd(left, AbortSignal.timeout(KILL_WAIT_MS))
  if (still.length > 0) throw orphanLeft(still.map(({ pid }) => pid))
  return found.length
}

/** The leader's group, if it is still the leader's: a group keeps its number as long as one process is in it. */
async function groupOf(leader: ProcessIdentity): Promise<readonly ProcessIdentity[]> {
  const now = await identifyProcess(leader.pid)
  const members = await listProcessGroup(leader.pid)
  // Another process has the number now: then the group is that one's, and ours is gone.
  if (now !== undefined && (now.startTicks !== leader.startTicks || now.bootId !== leader.bootId)) return []
  return members.filter(({ bootId }) => bootId === leader.bootId)
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
