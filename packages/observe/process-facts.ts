import { containerIdOf } from './container.ts'
import { tableMalformed } from './errors.ts'
import { MS_PER_TICK, parseProcessStat } from './proc-process-table.ts'
import type { SocketOwner } from './socket-owner.ts'
import { parseUserNames } from './user-name.ts'

const FACT = /^\/proc\/([1-9]\d*)\/(stat|status|cgroup):(.*)$/
const TABLE = 'processes'

interface ProcessFiles {
  stat: string[]
  status: string[]
  cgroup: string[]
}

/**
 * The processes of another host, from what SSH_COMMANDS.processes writes: each line of their files in /proc behind the
 * file's name. A process that ended while it was read is left out.
 * @throws OBSERVE_TABLE_MALFORMED
 */
export function parseProcessFacts(text: string): ReadonlyMap<number, SocketOwner> {
  const filesByPid = new Map<number, ProcessFiles>()
  const passwd: string[] = []
  let bootedAtMs: number | undefined
  for (const line of text.split('\n')) {
    const [, pid, file, content = ''] = FACT.exec(line) ?? []
    if (file === 'stat' || file === 'status' || file === 'cgroup') filesOf(filesByPid, Number(pid))[file].push(content)
    else if (line.startsWith('/etc/passwd:')) passwd.push(line.slice('/etc/passwd:'.length))
    else if (line.startsWith('/proc/stat:btime ')) bootedAtMs = Number(line.slice('/proc/stat:btime '.length)) * 1_000
  }
  if (bootedAtMs === undefined || !Number.isSafeInteger(bootedAtMs)) {
    throw tableMalformed(TABLE, 1, 'a line "btime" with the time of the start')
  }
  const userNames = parseUserNames(passwd.join('\n'))
  const owners = [...filesByPid].map(([pid, files]) => ownerOf(pid, files, { bootedAtMs, userNames }))
  return new Map(owners.filter((owner) => owner !== undefined).map((owner) => [owner.holder.pid, owner]))
}

function filesOf(filesByPid: Map<number, ProcessFiles>, pid: number): ProcessFiles {
  const files = filesByPid.get(pid) ?? { stat: [], status: [], cgroup: [] }
  filesByPid.set(pid, files)
  return files
}

function ownerOf(
  pid: number,
  files: ProcessFiles,
  { bootedAtMs, userNames }: { readonly bootedAtMs: number; readonly userNames: ReadonlyMap<number, string> },
): SocketOwner | undefined {
  const uid = /^Uid:\s+\d+\s+(\d+)/.exec(files.status[0] ?? '')?.[1]
  if (uid === undefined || files.stat.length === 0) return undefined
  const { command, startTicks } = parseProcessStat(pid, files.stat.join('\n'))
  const startedAt = new Date(bootedAtMs + startTicks * MS_PER_TICK)
  const holder = { pid, command, user: userNames.get(Number(uid)) ?? uid, startedAt }
  const containerId = containerIdOf(files.cgroup.join('\n'))
  return containerId === undefined ? { holder } : { holder, containerId }
}
