import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { ProcessEntry, ProcessTable } from './process-entry.ts'
import { shortName } from './short-name.ts'
import type { Holder } from './sighting.ts'

const PS = '/bin/ps'
const COLUMNS = 'pid=,pgid=,stat=,lstart=,user=,comm='
const PS_TIMEOUT_MS = 5_000
const PS_OUTPUT_BYTES = 16 * 1024 * 1024
// Fri Nov 21 09:01:00 2025, in the C locale.
const LINE =
  /^\s*(?<pid>\d+)\s+(?<pgid>\d+)\s+(?<stat>\S+)\s+\w{3}\s+(?<month>\w{3})\s+(?<day>\d{1,2})\s+(?<time>[\d:]{8})\s+(?<year>\d{4})\s+(?<user>\S+)\s+(?<command>.+)$/

interface PsEntry extends ProcessEntry {
  readonly user: string
  readonly startedAt: Date
}

/** Processes as ps(1) lists them, for macOS. Starts are known to the second: `startTicks` are seconds since 1970. */
export class PsProcessTable implements ProcessTable {
  async findProcess(pid: number): Promise<PsEntry | undefined> {
    const entries = await this.#list(['-p', String(pid)])
    return entries.find((entry) => entry.pid === pid)
  }

  listProcesses(): Promise<readonly ProcessEntry[]> {
    return this.#list(['-A'])
  }

  async describe(pid: number): Promise<Holder | undefined> {
    const entry = await this.findProcess(pid)
    if (entry === undefined) return undefined
    const { command, user, startedAt } = entry
    return { pid, command, user, startedAt }
  }

  findBootId(): Promise<string | undefined> {
    return Promise.resolve(undefined) // the start is a date here, which no other run of the system repeats
  }

  async #list(selection: readonly string[]): Promise<readonly PsEntry[]> {
    const options = { env: { LC_ALL: 'C', TZ: 'UTC' }, timeout: PS_TIMEOUT_MS, maxBuffer: PS_OUTPUT_BYTES }
    try {
      const { stdout } = await promisify(execFile)(PS, ['-ww', '-o', COLUMNS, ...selection], options)
      return parsePsOutput(stdout)
    } catch (error) {
      // ps says that no process matched by status 1 and nothing on either output.
      const isNobody =
        error instanceof Error && 'code' in error && error.code === 1 && 'stderr' in error && !error.stderr
      if (isNobody) return []
      throw error
    }
  }
}

/** Lines of another shape are left out: a name may hold anything. */
export function parsePsOutput(text: string): readonly PsEntry[] {
  return text.split('\n').flatMap((line) => {
    const { pid, pgid, stat = '', month, day, time, year, user = '', command = '' } = LINE.exec(line)?.groups ?? {}
    const startedAt = new Date(`${day} ${month} ${year} ${time} UTC`)
    if (pid === undefined || Number.isNaN(startedAt.getTime())) return []
    const name = shortName(path.basename(command.trim()))
    const startTicks = startedAt.getTime() / 1_000
    const isAlive = !stat.startsWith('Z')
    return [{ pid: Number(pid), pgid: Number(pgid), startTicks, command: name, isAlive, user, startedAt }]
  })
}
