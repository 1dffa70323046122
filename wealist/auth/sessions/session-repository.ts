import { ENDED_SESSION_KEEP_MS, familyExpiresAt, type RefreshFamily } from '@portolan/identity'
import { type Selectable, sql } from 'kysely'
import type { AuthSchema } from '../auth-schema.ts'
import type { AuthDatabase, AuthTransaction } from '../store.ts'
import type { HeldSession, Session, SessionEnd } from './session.ts'

type ActiveFamily = Extract<RefreshFamily, { state: 'active' }>

export interface SessionDraft {
  readonly id: string
  readonly userId: string
  readonly family: ActiveFamily
  readonly device: string
  readonly address: string
}

export async function addSession(tx: AuthTransaction, draft: SessionDraft): Promise<void> {
  const { id, userId, family, device, address } = draft
  const { root, startedAt } = family
  const values = { id, account_id: userId, root_hash: root, started_at: startedAt, device, address }
  await tx
    .insertInto('sessions')
    .values({ ...values, ...changingColumns(family) })
    .execute()
}

/** Holds the row until the transaction ends: of two refreshes that come at once, one moves the family first. */
export async function lockSession(tx: AuthTransaction, id: string): Promise<HeldSession | undefined> {
  const row = await tx.selectFrom('sessions').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  return row === undefined ? undefined : { userId: row.account_id, family: familyOf(row) }
}

/** Stores what `nextFamily` made of a session that is held; an end is remembered for those who ask later. */
export async function storeFamily(tx: AuthTransaction, id: string, family: RefreshFamily): Promise<void> {
  if (family.state === 'active') {
    await tx.updateTable('sessions').set(changingColumns(family)).where('id', '=', id).execute()
    return
  }
  const { endedAt, reason } = family
  await tx.updateTable('sessions').set({ ended_at: endedAt, end_reason: reason }).where('id', '=', id).execute()
  await rememberEnds(tx, [id], endedAt)
}

export interface SessionChoice {
  readonly userId: string
  /** Only this one. */
  readonly onlyId?: string
  /** All but this one. */
  readonly exceptId?: string
}

/** Ends the chosen sessions of one person that are still active. */
export async function endSessions(
  tx: AuthTransaction,
  { userId, onlyId, exceptId }: SessionChoice,
  now: Date,
): Promise<readonly SessionEnd[]> {
  const all = tx
    .updateTable('sessions')
    .set({ ended_at: now, end_reason: 'revoked' })
    .where('account_id', '=', userId)
    .where('ended_at', 'is', null)
  const one = onlyId === undefined ? all : all.where('id', '=', onlyId)
  const chosen = exceptId === undefined ? one : one.where('id', '<>', exceptId)
  const rows = await chosen.returning('id').execute()
  const ids = rows.map(({ id }) => id)
  await rememberEnds(tx, ids, now)
  return ids.map((sessionId) => ({ sessionId, userId }))
}

/** Those that could be refreshed now, the last used one first. */
export async function listSessions(db: AuthDatabase, userId: string, now: Date): Promise<readonly Session[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(['id', 'device', 'address', 'started_at', 'rotated_at'])
    .where('account_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('rotated_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(({ id, device, address, started_at, rotated_at }) => {
    return { id, device, address, createdAt: started_at, lastUsedAt: rotated_at }
  })
}

/** Those for which a token could still be about. */
export async function listEndedSessions(db: AuthDatabase, now: Date): Promise<readonly string[]> {
  const since = new Date(now.getTime() - ENDED_SESSION_KEEP_MS)
  const rows = await db.selectFrom('ended_sessions').select('id').where('ended_at', '>', since).execute()
  return rows.map(({ id }) => id)
}

async function rememberEnds(tx: AuthTransaction, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return
  const rows = ids.map((id) => ({ id, ended_at: now }))
  await tx
    .insertInto('ended_sessions')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function changingColumns(family: ActiveFamily) {
  return {
    current_hashes: sql<readonly string[]>`${family.current}::text[]`,
    previous_hash: family.previous ?? null,
    rotated_at: family.rotatedAt,
    expires_at: familyExpiresAt(family),
  }
}

function familyOf(row: Selectable<AuthSchema['sessions']>): RefreshFamily {
  const { ended_at: endedAt, end_reason: reason } = row
  if (endedAt !== null && reason !== null) return { state: 'ended', reason, endedAt }
  const { root_hash: root, started_at: startedAt, rotated_at: rotatedAt, current_hashes: current } = row
  const previous = row.previous_hash === null ? {} : { previous: row.previous_hash }
  return { state: 'active', root, startedAt, rotatedAt, current, ...previous }
}
