import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { errorCode } from '@portolan/errors'
import { containerIdOf } from './container.ts'
import { tableMalformed } from './errors.ts'
import { mapBounded } from './map-bounded.ts'
import type { ProcessEntry, ProcessTable } from './process-entry.ts'
import { shortName } from './short-name.ts'
import type { Holder } from './sighting.ts'
import type { SocketOwner } from './socket-owner.ts'
import { readUserNames } from './user-name.ts'

// USER_HZ, the unit of every time in /proc: 100 on each architecture that Node runs on (proc_pid_stat(5)).
export const MS_PER_TICK = 10
const READS_AT_ONCE = 16

// A process may end, or hide (hidepid, another user's), between two reads of it.
const GONE_CODES: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM'])

/** The error's code is one that a process leaves behind that has ended or may not be looked into. */
export function isGone(error: unknown): boolean {
  return GONE_CODES.has(errorCode(error))
}

/** Processes as Linux's /proc shows them. */
export class ProcProcessTable implements ProcessTable {
  readonly #procRoot: string
  readonly #passwdPath: string
  #userNames: Promise<ReadonlyMap<number, string>> | undefined
  #bootedAtMs: Promise<number> | undefined

  constructor({ procRoot, passwdPath }: { readonly procRoot: string; readonly passwdPath: string }) {
    this.#procRoot = procRoot
    this.#passwdPath = passwdPath
  }

  async findProcess(pid: number): Promise<ProcessEntry | undefined> {
    const text = await this.#findText(String(pid), 'stat')
    return text === undefined || text === '' ? undefined : parseProcessStat(pid, text)
  }

  async listPids(): Promise<readonly number[]> {
    const names = await readdir(this.#procRoot)
    return names
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(Number)
      .toSorted((a, b) => a - b)
  }

  async listProcesses(): Promise<readonly ProcessEntry[]> {
    const entries = await mapBounded(await this.listPids(), READS_AT_ONCE, (pid) => this.findProcess(pid))
    return entries.filter((entry) => entry !== undefined)
  }

  async describe(pid: number): Promise<Holder | undefined> {
    const [entry, status] = await Promise.all([this.findProcess(pid), this.#findText(String(pid), 'status')])
    // The kernel escapes line ends in the name's line, so that no name can forge this one (proc_pid_status(5)).
    const uid = /^Uid:\t\d+\t(\d+)/m.exec(status ?? '')?.[1]
    if (entry === undefined || uid === undefined) return undefined
    this.#userNames ??= readUserNames(this.#passwdPath)
    const userNames = await this.#userNames
    this.#bootedAtMs ??= this.#readBootTime()
    const bootedAtMs = await this.#bootedAtMs
    const startedAt = new Date(bootedAtMs + entry.startTicks * MS_PER_TICK)
    return { pid, command: await this.#commandOf(entry), user: userNames.get(Number(uid)) ?? uid, startedAt }
  }

  /** The process with the container that it runs in, for whoever asks what holds a socket. */
  async findOwner(pid: number): Promise<SocketOwner | undefined> {
    const [holder, cgroup] = await Promise.all([this.describe(pid), this.#findText(String(pid), 'cgroup')])
    if (holder === undefined) return undefined
    const containerId = containerIdOf(cgroup ?? '')
    return containerId === undefined ? { holder } : { holder, containerId }
  }

  async findBootId(): Promise<string | undefined> {
    return (await this.#findText('sys', 'kernel', 'random', 'boot_id'))?.trim()
  }

  /** Node and others give their main thread a name that tells a person nothing; the program's own is then better. */
  async #commandOf({ pid, command }: ProcessEntry): Promise<string> {
    if (!command.endsWith('MainThread')) return command
    const [program = ''] = (await this.#findText(String(pid), 'cmdline'))?.split('\0') ?? []
    return shortName(path.basename(program)) || command
  }

  async #readBootTime(): Promise<number> {
    const text = await readFile(path.join(this.#procRoot, 'stat'), 'utf8')
    const seconds = /^btime (\d+)$/m.exec(text)?.[1]
    if (seconds === undefined) throw tableMalformed('stat', 1, 'a line "btime" with the time of the start')
    return Number(seconds) * 1_000
  }

  async #findText(...names: readonly string[]): Promise<string | undefined> {
    try {
      return await readFile(path.join(this.#procRoot, ...names), 'utf8')
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }
}

/**
 * Reads /proc/PID/stat (proc_pid_stat(5)): `pid (comm) state ppid pgrp … starttime …`.
 * @throws OBSERVE_TABLE_MALFORMED
 */
export function parseProcessStat(pid: number, text: string): ProcessEntry {
  // The name is the process's own choice and may hold brackets, spaces and line ends: only the last ")" closes it.
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')]
  const fields = text
    .slice(close + 1)
    .trim()
    .split(/\s+/)
  const [state = '', , pgid = ''] = fields
  // The group is -1 while the process is being taken down.
  const startTicks = fields[19] ?? '' // field 22 of the line, and the first after the name is field 3
  if (open < 0 || close < open || !/^[A-Za-z]$/.test(state) || !/^-?\d+$/.test(pgid) || !/^\d+$/.test(startTicks)) {
    throw tableMalformed(`${pid}/stat`, 1, 'a number, a name in brackets, a state and the numbers of the process')
  }
  const command = shortName(text.slice(open + 1, close))
  const isAlive = !['Z', 'X', 'x'].includes(state)
  return { pid, pgid: Number(pgid), startTicks: Number(startTicks), command, isAlive }
}
