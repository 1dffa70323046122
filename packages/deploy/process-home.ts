import { errorCode, type Waiting } from '@portolan/errors'
import { isRunning, listMarkedProcesses, listProcessGroup, type ProcessIdentity, pause } from '@portolan/observe'
import { stopFailed } from './errors.ts'
import type { Home, Occupant, SlotPlace } from './occupant.ts'
import { type ProcessRecord, ProcessRecords } from './process-record.ts'

/** The variable whose value all processes of an occupant carry. */
export const OCCUPANT_VARIABLE = 'PORTOLAN_OCCUPANT'

const STOP_GRACE_MS = 10_000
/** Only a process in an uninterruptible wait takes any time after SIGKILL. */
const KILL_WAIT_MS = 5_000
const LOOK_MS = 50

export interface ProcessHomeOptions {
  /** What a command may take to end by itself. */
  readonly stopGraceMs?: number
}

/** Occupants that are processes of this machine: found by what was written down in that folder when they were started. */
export function processHome(folder: string, { stopGraceMs = STOP_GRACE_MS }: ProcessHomeOptions = {}): Home {
  return {
    async listOccupants(place, { signal }) {
      const occupants: Occupant[] = []
      for (const record of await new ProcessRecords(folder, place.port).list()) {
        signal.throwIfAborted()
        if (isOf(record, place)) occupants.push(await occupantOf(record))
      }
      return occupants
    },
    async stop(place, occupant, waiting) {
      const records = new ProcessRecords(folder, place.port)
      const record = (await records.list()).find(({ mark }) => mark === occupant.id)
      if (record === undefined) return
      await endProcesses(record, occupant, { ...waiting, stopGraceMs })
      await records.forget(record.mark)
    },
  }
}

/** Claim numbers are a registry's own, and a machine may have met several: project and environment have to be the same too. */
function isOf(record: ProcessRecord, place: SlotPlace): boolean {
  return (
    record.claimId === place.claimId &&
    record.project === place.project &&
    record.environment === place.environment &&
    record.half === place.half
  )
}

async function occupantOf(record: ProcessRecord): Promise<Occupant> {
  const { mark: id, version, token } = record
  const processes = await ownProcesses(record)
  return { kind: 'command', id, words: processWords(record), version, token, isRunning: processes.length > 0 }
}

export function processWords({ identity, command }: Pick<ProcessRecord, 'identity' | 'command'>): string {
  return `process ${identity.pid} ("${command.join(' ').slice(0, 60)}")`
}

/**
 * Every process that belongs to it: by the mark in its environment, and as long as the leader is still that very process
 * its group as well. After the leader's end the number of the group alone proves nothing.
 */
async function ownProcesses({
  mark,
  identity: { bootId, ...rest },
}: ProcessRecord): Promise<readonly ProcessIdentity[]> {
  const leader: ProcessIdentity = bootId === undefined ? rest : { ...rest, bootId }
  const marked = await listMarkedProcesses(OCCUPANT_VARIABLE, mark)
  const group = (await isRunning(leader)) ? await listProcessGroup(leader.pid) : []
  return [...new Map([...marked, ...group].map((one) => [one.pid, one])).values()]
}

async function endProcesses(
  record: ProcessRecord,
  occupant: Occupant,
  { stopGraceMs, signal }: { readonly stopGraceMs: number } & Waiting,
): Promise<void> {
  await signalAll(record, 'SIGTERM')
  const grace = AbortSignal.any([signal, AbortSignal.timeout(stopGraceMs)])
  if (await areGone(record, { signal: grace })) return
  signal.throwIfAborted()
  await signalAll(record, 'SIGKILL')
  if (await areGone(record, { signal: AbortSignal.timeout(KILL_WAIT_MS) })) return
  throw stopFailed(occupant, 'it still runs after SIGKILL')
}

async function areGone(record: ProcessRecord, { signal }: Waiting): Promise<boolean> {
  while ((await ownProcesses(record)).length > 0) {
    if (signal.aborted) return false
    await pause(LOOK_MS, { signal })
  }
  return true
}

async function signalAll(record: ProcessRecord, name: NodeJS.Signals): Promise<void> {
  for (const identity of await ownProcesses(record)) {
    // Looked at once more: a pid is given away again.
    if (await isRunning(identity)) signalProcess(identity.pid, name)
  }
}

function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error // gone meanwhile
  }
}
