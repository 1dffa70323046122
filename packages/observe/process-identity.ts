import { type ProcessTableOptions, processTable } from './process-table.ts'
import type { Holder } from './sighting.ts'

/**
 * One process for ever. A pid alone is no owner: the system gives it to another process later, so the time of the start
 * goes with it, and the boot, for ticks begin again with each. Can be kept as JSON.
 */
export interface ProcessIdentity {
  readonly pid: number
  /** Only compared for equality: hundredths of a second since the boot on Linux, seconds since 1970 on macOS. */
  readonly startTicks: number
  /** Where the system has one (Linux). An identity without it is compared by the rest. */
  readonly bootId?: string
}

/**
 * The identity of the process that has this pid now, even if it is a zombie; undefined when there is none.
 * @throws OBSERVE_PLATFORM_UNSUPPORTED
 */
export async function identifyProcess(
  pid: number,
  options: ProcessTableOptions = {},
): Promise<ProcessIdentity | undefined> {
  const table = processTable(options)
  const [entry, bootId] = await Promise.all([table.findProcess(pid), table.findBootId()])
  return entry === undefined ? undefined : identityOf(entry, bootId)
}

/**
 * True while that very process runs. False once it has ended (a zombie has) or its pid is another's. Under a /proc that
 * hides the processes of other users (hidepid) those count as ended; the caller's own are always seen.
 * @throws OBSERVE_PLATFORM_UNSUPPORTED
 */
export async function isRunning(identity: ProcessIdentity, options: ProcessTableOptions = {}): Promise<boolean> {
  const table = processTable(options)
  const [entry, bootId] = await Promise.all([table.findProcess(identity.pid), table.findBootId()])
  if (entry === undefined || !entry.isAlive || entry.startTicks !== identity.startTicks) return false
  return identity.bootId === undefined || bootId === undefined || identity.bootId === bootId
}

/**
 * The running processes of a group, by ascending pid; empty when none is left. Zombies are left out. The leader may have
 * ended long before its group.
 * @throws OBSERVE_PLATFORM_UNSUPPORTED
 */
export async function listProcessGroup(
  pgid: number,
  options: ProcessTableOptions = {},
): Promise<readonly ProcessIdentity[]> {
  const table = processTable(options)
  const [entries, bootId] = await Promise.all([table.listProcesses(), table.findBootId()])
  return entries
    .filter((entry) => entry.pgid === pgid && entry.isAlive)
    .toSorted((a, b) => a.pid - b.pid)
    .map((entry) => identityOf(entry, bootId))
}

/**
 * Who a process is, for a person to read; undefined when there is none.
 * @throws OBSERVE_PLATFORM_UNSUPPORTED
 */
export async function describeProcess(pid: number, options: ProcessTableOptions = {}): Promise<Holder | undefined> {
  const holder = await processTable(options).describe(pid)
  return holder
}

function identityOf(
  { pid, startTicks }: { readonly pid: number; readonly startTicks: number },
  bootId: string | undefined,
): ProcessIdentity {
  return bootId === undefined ? { pid, startTicks } : { pid, startTicks, bootId }
}
