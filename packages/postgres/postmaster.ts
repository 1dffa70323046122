import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, type Waiting } from '@portolan/errors'
import { alreadyRunning, folderUnusable } from './errors.ts'

/** What `postmaster.pid` says (utils/pidfile.h in the server's source): line 1 the process, line 7 its shared memory. */
interface PostmasterFile {
  readonly pid: number
  readonly sharedMemoryId: number | undefined
}

function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  const sharedMemoryId = /^\s*\d+\s+(\d+)/.exec(lines[6] ?? '')?.[1]
  return { pid, sharedMemoryId: sharedMemoryId === undefined ? undefined : Number(sharedMemoryId) }
}

const ORPHANS = { limitMs: 10_000, pollMs: 50 } as const

/**
 * Clears the way for a start after the last server was killed. The server itself handles a `postmaster.pid` whose
 * process is gone, but refuses (a) when that number now belongs to some other process of the same user, as it easily
 * does after a reboot or in a container, and (b) while backends of the killed server are still attached to its shared
 * memory, which takes them some milliseconds. Both can be told from /proc; elsewhere the server's own check stands.
 * @throws POSTGRES_ALREADY_RUNNING when the process is a server that works in this folder
 */
export async function settlePostmasterFile(folder: string, { signal }: Waiting): Promise<void> {
  if (platform() !== 'linux') return
  const path = join(folder, 'postmaster.pid')
  const text = await readWhereItExists(path)
  const file = text === undefined ? undefined : parsePostmasterFile(text)
  if (file === undefined) return
  if (await worksIn(file.pid, folder)) throw alreadyRunning(folder, file.pid)
  await orphansGone(folder, file.sharedMemoryId, { signal })
  await rm(path, { force: true })
}

/** The server's working folder is its data folder, whatever name was used for it. */
async function worksIn(pid: number, folder: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder))
  } catch (error) {
    const code = errorCode(error)
    // Gone, or of another user: the server's user can always read its own.
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM' || code === 'ESRCH') return false
    throw error
  }
}

async function orphansGone(folder: string, memoryId: number | undefined, { signal }: Waiting): Promise<void> {
  const limitAt = performance.now() + ORPHANS.limitMs
  while (memoryId !== undefined && (await attachedCount(memoryId)) > 0) {
    if (performance.now() > limitAt) {
      const reason = `processes of a killed server still use its shared memory ${memoryId}. End them, then start again`
      throw folderUnusable(folder, reason)
    }
    await delay(ORPHANS.pollMs, undefined, { signal })
  }
}

/** @returns 0 also when the segment is gone; columns by their heading, since kernels have added some */
async function attachedCount(memoryId: number): Promise<number> {
  const [heading = '', ...rows] = ((await readWhereItExists('/proc/sysvipc/shm')) ?? '').split('\n')
  const names = heading.trim().split(/\s+/)
  const row = rows
    .map((line) => line.trim().split(/\s+/))
    .find((cells) => cells[names.indexOf('shmid')] === `${memoryId}`)
  return Number(row?.[names.indexOf('nattch')] ?? 0)
}

async function readWhereItExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
