import { isLinearizable, type TimedOperation } from './linearizability.ts'
import { FREE_PORT, nextPort, type PortAction } from './port-model.ts'
import type { CrashRecord, LedgerEntry } from './record.ts'

export interface Judgement {
  readonly operationCount: number
  readonly allocationCount: number
  /** Nobody got an answer; what they did is known from the ledger alone. */
  readonly unknownCount: number
  readonly unknownDoneCount: number
  /** Pairs of ports on hosts, each judged by itself. */
  readonly objectCount: number
  /** In words; empty when the registry has kept its promises. */
  readonly violations: readonly string[]
}

type PortOperation = TimedOperation<PortAction>

/**
 * Holds a recorded history against the registry's own ledger and against the model.
 * - What was answered is in the ledger, word for word, and nothing else is: no lost answer, nothing done twice.
 * - What was refused, or found done before, has left no trace.
 * - Each pair of ports is linearizable as a lock with growing tokens, where what was never answered counts with the
 *   effect that the ledger shows, at any time after it was asked.
 */
export function judge(records: readonly CrashRecord[], ledger: readonly LedgerEntry[]): Judgement {
  const violations: string[] = []
  const entriesById = new Map<number, LedgerEntry>()
  for (const entry of ledger) {
    if (entriesById.has(entry.operationId)) violations.push(`operation ${entry.operationId} was done twice`)
    entriesById.set(entry.operationId, entry)
  }
  const portOfClaim = new Map(ledger.map(({ claimId, host, port }) => [claimId, `${host} ${port}`]))
  const operationsByPort = new Map<string, PortOperation[]>()
  for (const record of records) {
    const entry = entriesById.get(record.id)
    entriesById.delete(record.id)
    violations.push(...compareWithLedger(record, entry))
    const claimId = entry?.claimId ?? claimOf(record)
    const action = actionOf(record, entry)
    if (claimId === undefined || action === undefined) continue
    const port = portOfClaim.get(claimId)
    if (port === undefined)
      violations.push(`operation ${record.id} was answered with claim ${claimId}, which is not there`)
    else addTo(operationsByPort, port, { action, calledAt: record.askedAt, returnedAt: record.answeredAt })
  }
  for (const id of entriesById.keys()) violations.push(`the ledger has operation ${id}, which nobody asked for`)
  addEnds(operationsByPort, ledger)
  for (const [port, operations] of operationsByPort) {
    if (!isLinearizable(operations, { initial: FREE_PORT, model: nextPort }))
      violations.push(`${port} is not linearizable`)
  }
  const unknown = records.filter(({ outcome }) => outcome.state === 'unknown')
  const done = new Set(ledger.map(({ operationId }) => operationId))
  return {
    operationCount: records.length,
    allocationCount: ledger.filter(({ type }) => type === 'allocated').length,
    unknownCount: unknown.length,
    unknownDoneCount: unknown.filter(({ id }) => done.has(id)).length,
    objectCount: operationsByPort.size,
    violations,
  }
}

function compareWithLedger({ id, outcome }: CrashRecord, entry: LedgerEntry | undefined): readonly string[] {
  if (outcome.state === 'unknown') return []
  if (outcome.state === 'refused' || !outcome.wasChanged) {
    return entry === undefined ? [] : [`operation ${id} was said to change nothing, and the ledger has it`]
  }
  if (entry === undefined) return [`operation ${id} was answered as done, and the ledger has lost it`]
  const isSame = entry.claimId === outcome.claimId && entry.port === outcome.port && entry.token === outcome.token
  return isSame ? [] : [`operation ${id} was answered with something else than the ledger has`]
}

function claimOf({ request, outcome }: CrashRecord): number | undefined {
  if (outcome.state === 'done') return outcome.claimId
  return request.type === 'allocate' ? undefined : request.claimId
}

/** What an operation did or saw; undefined when that says nothing about the port. */
function actionOf({ request, outcome }: CrashRecord, entry: LedgerEntry | undefined): PortAction | undefined {
  if (entry !== undefined) return effectOf(entry)
  if (outcome.state === 'unknown') return undefined
  if (outcome.state === 'done') {
    const { claimId, token } = outcome
    return request.type === 'release' ? { type: 'see-released', claimId } : { type: 'see-held', claimId, token }
  }
  if (request.type === 'allocate') return undefined
  const { claimId, token = 0 } = request
  if (outcome.code === 'REGISTRY_CLAIM_RELEASED') return { type: 'see-released', claimId }
  return outcome.code === 'REGISTRY_TOKEN_STALE' ? { type: 'see-newer', claimId, token } : undefined
}

function effectOf({ type, claimId, token }: LedgerEntry): PortAction {
  if (type === 'allocated') return { type: 'acquire', claimId, token }
  return type === 'released' ? { type: 'release', claimId } : { type: 'take-over', claimId, token }
}

/** After everything else the table is read: what it says has to follow from the rest. */
function addEnds(operationsByPort: Map<string, PortOperation[]>, ledger: readonly LedgerEntry[]): void {
  const live = new Map<string, LedgerEntry>()
  for (const entry of ledger) {
    const port = `${entry.host} ${entry.port}`
    const known = live.get(port)
    const isLatest = known === undefined || known.token < entry.token
    if (entry.isLive && entry.type !== 'released' && isLatest) live.set(port, entry)
  }
  for (const [port, operations] of operationsByPort) {
    const calledAt =
      Math.max(...operations.map(({ calledAt: at, returnedAt }) => (returnedAt === Infinity ? at : returnedAt))) + 1
    const entry = live.get(port)
    const action: PortAction =
      entry === undefined ? { type: 'see-free' } : { type: 'see-held', claimId: entry.claimId, token: entry.token }
    operations.push({ action, calledAt, returnedAt: Infinity })
  }
}

function addTo(operationsByPort: Map<string, PortOperation[]>, port: string, operation: PortOperation): void {
  const known = operationsByPort.get(port)
  if (known === undefined) operationsByPort.set(port, [operation])
  else known.push(operation)
}
