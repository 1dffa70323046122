import { readdir, readFile, readlink } from 'node:fs/promises'

/** A process that belongs to a copy of a stack. */
export interface CopyProcess {
  readonly pid: number
  readonly parentPid: number
  readonly command: string
}

/**
 * Every living process that carries the mark of a copy, works in its folder or was called with its name: the services,
 * what they have started, and programs that were never given the mark.
 */
export async function listCopyProcesses(folder: string, marks: readonly string[]): Promise<readonly CopyProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map((pid) => lookAt(pid, folder, marks)))
  return found.filter((one) => one !== undefined)
}

async function lookAt(pid: number, folder: string, marks: readonly string[]): Promise<CopyProcess | undefined> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1')
    const command = (await readFile(`/proc/${pid}/cmdline`, 'latin1')).replaceAll('\0', ' ').trim()
    const place = await readlink(`/proc/${pid}/cwd`)
    const isOurs = marks.some((mark) => environment.includes(mark)) || `${place}/`.startsWith(`${folder}/`)
    const { state, parentPid } = parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
    return isOurs && state !== 'Z' ? { pid, parentPid, command } : undefined
  } catch {
    // It ended while it was looked at, or it is the kernel's.
    return undefined
  }
}

/** proc_pid_stat(5): the name in brackets may hold anything, so the fields are counted from behind it. */
function parseStat(stat: string): { readonly state: string; readonly parentPid: number } {
  const [state = '', parentPid = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state, parentPid: Number(parentPid) }
}
