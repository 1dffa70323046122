import { readdir, readFile } from 'node:fs/promises'
import { errorCode } from '@portolan/errors'
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts'

/**
 * The running processes that carry a variable with that value in the environment they were started with: what a process
 * hands on to all that it starts, also to those that leave its group. Linux, and only processes that the user may look
 * into; elsewhere none.
 */
export async function listMarkedProcesses(variable: string, value: string): Promise<readonly ProcessIdentity[]> {
  const pids = (await entriesOf('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found: ProcessIdentity[] = []
  for (const pid of pids) {
    if (!`\0${await environmentOf(pid)}`.includes(`\0${variable}=${value}\0`)) continue
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
