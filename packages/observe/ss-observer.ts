import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { errorCode, type Waiting } from '@portolan/errors'
import { TRANSPORTS, type Transport } from '@portolan/ports'
import { answerTooLong, programFailed, programMissing } from './errors.ts'
import { mapBounded } from './map-bounded.ts'
import type { Observer } from './observer.ts'
import { printable } from './printable.ts'
import { ProcProcessTable } from './proc-process-table.ts'
import type { Sighting } from './sighting.ts'
import { type HeldSocket, sightingsOfSockets } from './socket-owner.ts'
import { parseSsTable, SS_ARGUMENTS } from './ss-table.ts'

export interface SsObserverOptions {
  /** Its name in the PATH, or its path. */
  readonly program?: string
  readonly outputLimitBytes?: number
  readonly procRoot?: string
  readonly passwdPath?: string
  readonly now?: () => Date
}

const DEFAULTS = {
  program: 'ss',
  outputLimitBytes: 16 * 1024 * 1024,
  procRoot: '/proc',
  passwdPath: '/etc/passwd',
} as const satisfies SsObserverOptions

export const SS_INSTALL = 'Install iproute2 (Debian: apt-get install iproute2).'
const PROCESSES_AT_ONCE = 8
const LONGEST_COMPLAINT = 200

type Look = Required<Omit<SsObserverOptions, 'now'>>

/**
 * Looks at this machine's sockets through `ss`, the second way beside `kernelObserver`: the kernel is asked by netlink,
 * not through files, and says also whether `::` leaves IPv4 alone.
 */
export function ssObserver(options: SsObserverOptions = {}): Observer {
  const { now, ...look } = { ...DEFAULTS, now: () => new Date(), ...options }
  return { name: 'ss', now, listOpenPorts: (waiting) => listOpenPorts(look, waiting) }
}

async function listOpenPorts(look: Look, { signal }: Waiting): Promise<readonly Sighting[]> {
  const sockets = await mapBounded(TRANSPORTS, 1, (transport) => listSockets(transport, look, { signal }))
  const held = sockets.flat()
  const processes = new ProcProcessTable(look)
  const pids = [...new Set(held.flatMap((socket) => [...socket.pids]))]
  const owners = await mapBounded(pids, PROCESSES_AT_ONCE, (pid) => processes.findOwner(pid))
  const found = owners.filter((owner) => owner !== undefined)
  return sightingsOfSockets(held, new Map(found.map((owner) => [owner.holder.pid, owner])))
}

async function listSockets(transport: Transport, look: Look, { signal }: Waiting): Promise<readonly HeldSocket[]> {
  const limits = { maxBuffer: look.outputLimitBytes, signal, killSignal: 'SIGKILL' } as const
  try {
    const { stdout } = await promisify(execFile)(look.program, [...SS_ARGUMENTS[transport]], limits)
    return parseSsTable(transport, stdout)
  } catch (error) {
    signal.throwIfAborted()
    const code = errorCode(error)
    if (code === 'ENOENT') throw programMissing('ss', 'this machine', SS_INSTALL)
    if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') throw answerTooLong('ss', look.outputLimitBytes)
    if (code?.startsWith('OBSERVE_')) throw error
    throw programFailed('ss', 'this machine', { said: complaintOf(error), cause: error })
  }
}

function complaintOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  return printable(stderr.trim()).slice(0, LONGEST_COMPLAINT)
}
