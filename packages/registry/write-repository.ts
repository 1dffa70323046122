import { sql } from 'kysely'
import { type Claim, isLive } from './claim.ts'
import { type HoldingRow, slotRows } from './claim-row.ts'
import type { Change, IdempotencyKey } from './operation.ts'
import type { RegistryDatabase } from './registry-schema.ts'

/** An answer that is kept, about a claim of the batch or one that did not change. */
export interface KeptAnswer extends IdempotencyKey {
  readonly subject: Claim
  readonly wasChanged: boolean
}

/** The decisions of a batch, as they are written together. */
export interface Writes {
  readonly hostId: number
  /** The revision that they were decided by. */
  readonly revision: number
  readonly changes: readonly Change[]
  readonly answers: readonly KeptAnswer[]
  readonly at: Date
  /** Older answers count for nothing. */
  readonly answersSince: Date
}

/** What the database made of the changes: the numbers and tokens that only it can give. */
export type Written = (claim: Claim) => Claim

interface WrittenRows {
  readonly created: readonly { id: number; token: number; protocol: string; first: number }[]
  readonly changed: readonly { id: number; token: number }[]
}

/**
 * Writes a batch in one call and one transaction.
 * @returns undefined, with nothing done, when the host is no longer at the revision
 */
export async function writeBatch(db: RegistryDatabase, writes: Writes): Promise<Written | undefined> {
  const { hostId, revision, changes, answers } = writes
  const created = changes.filter(({ before }) => before === undefined).map(({ after }) => createdRow(after))
  const changed = changes.filter(({ before }) => before !== undefined).map(changedRow)
  const slots = changes.flatMap((change) => slotChangeRows(change, writes.at))
  const events = changes.map((change) => eventRow(change, writes.at))
  const kept = answers.map((answer) => answerRow(answer, writes))
  const { rows } = await sql<{ result: WrittenRows | null }>`select registry_write(
    ${hostId}, ${revision}, ${JSON.stringify(changed)}::jsonb, ${JSON.stringify(created)}::jsonb,
    ${JSON.stringify(slots)}::jsonb, ${JSON.stringify(events)}::jsonb, ${JSON.stringify(kept)}::jsonb
  ) as result`.execute(db)
  const result = rows[0]?.result ?? undefined
  return result === undefined ? undefined : writtenOf(result)
}

function writtenOf({ created, changed }: WrittenRows): Written {
  const createdByPort = new Map(
    created.map(({ protocol, first, id, token }) => [`${protocol} ${first}`, { id, token }]),
  )
  const tokensById = new Map(changed.map(({ id, token }) => [id, token]))
  return (claim) => {
    if (claim.id >= 0) return { ...claim, token: tokensById.get(claim.id) ?? claim.token }
    return { ...claim, ...createdByPort.get(`${claim.transport} ${claim.range.first}`) }
  }
}

function createdRow(claim: Claim): object {
  const { transport, range, shape, project, environment, kind, purpose, labels, createdAt, createdBy } = claim
  const ports = { protocol: transport, first: range.first, last: range.last, shape }
  const origin = { created_at: createdAt, created_by: createdBy, lease_until: holdingOf(claim).lease_until }
  return { ...ports, project, environment, kind, purpose, labels, ...origin }
}

function changedRow({ after, takesToken }: Change): object {
  return { id: after.id, takes_token: takesToken, ...holdingOf(after) }
}

function slotChangeRows({ before, after, event }: Change, at: Date): readonly object[] {
  if (before === undefined || before.slots === after.slots) return []
  const moment = { at, actor: event.actor }
  return slotRows(after.slots, moment).map((row) => ({ claim_id: after.id, ...row }))
}

/** A new claim has no number yet: its event finds it by its first port. */
function referenceTo({ id, transport, range, token }: Claim): object {
  return id < 0 ? { protocol: transport, first: range.first } : { claim_id: id, token }
}

function eventRow({ after, event }: Change, at: Date): object {
  const { type, actor, reason, details } = event
  return { at, type, ...referenceTo(after), actor, reason: reason ?? null, details }
}

function answerRow({ project, key, bodyHash, subject, wasChanged }: KeptAnswer, { at, answersSince }: Writes): object {
  const slots = slotRows(subject.slots, { at, actor: subject.createdBy })
  const request = { project, key, body_hash: bodyHash, created_at: at, kept_since: answersSince }
  return { ...request, ...referenceTo(subject), ...holdingOf(subject), slots, was_changed: wasChanged }
}

function holdingOf(claim: Claim): Pick<HoldingRow, 'lease_until' | 'released_at' | 'quarantine_until'> {
  if (!isLive(claim)) {
    return { lease_until: null, released_at: claim.releasedAt, quarantine_until: claim.quarantineUntil }
  }
  const leaseUntil = claim.state === 'leased' ? claim.leaseUntil : null
  return { lease_until: leaseUntil, released_at: null, quarantine_until: null }
}
