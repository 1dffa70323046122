import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { AuthSchema } from '../auth-schema.ts'
import type { AuthDatabase, AuthTransaction } from '../store.ts'
import { type ClaimedMail, MAIL_JOBS, type MailFailure, type MailJob } from './mail.ts'

/** A mail that could not be handed over for that long is given up. */
const MAIL_LIFETIME_MS = 24 * 60 * 60_000
const FAILURE_LIST_LIMIT = 200

/** In the transaction of what it tells, so that neither is there without the other. */
export async function addMail(tx: AuthTransaction, job: MailJob, now: Date): Promise<void> {
  const expiresAt = new Date(now.getTime() + MAIL_LIFETIME_MS)
  const { parameters, ...rest } = job
  const times = { next_attempt_at: now, created_at: now, expires_at: expiresAt }
  await tx
    .insertInto('mails')
    .values({ id: randomUUID(), ...rest, parameters: JSON.stringify(parameters), ...times })
    .execute()
}

export interface MailClaim {
  readonly limit: number
  readonly now: Date
  /** Nobody else takes them before; and they come again then if this process does not survive. */
  readonly until: Date
}

/** Takes mails that are due; those that another process is taking are left to it. */
export async function claimMails(db: AuthDatabase, { limit, now, until }: MailClaim): Promise<readonly ClaimedMail[]> {
  const rows = await db
    .updateTable('mails')
    .set((eb) => ({ next_attempt_at: until, attempt_count: eb('attempt_count', '+', 1) }))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('mails')
        .select('id')
        .where('state', '=', 'waiting')
        .where('next_attempt_at', '<=', now)
        .orderBy('next_attempt_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute()
  return rows.flatMap(claimedMailOf)
}

/** It was handed over, or there is nothing to say any more. */
export async function removeMail(db: AuthDatabase, id: string): Promise<void> {
  await db.deleteFrom('mails').where('id', '=', id).execute()
}

export interface MailSetback {
  readonly reason: string
  /** Undefined gives it up. */
  readonly nextAttemptAt: Date | undefined
}

export async function recordSetback(
  db: AuthDatabase,
  id: string,
  { reason, nextAttemptAt }: MailSetback,
): Promise<void> {
  const next = nextAttemptAt === undefined ? { state: 'failed' as const } : { next_attempt_at: nextAttemptAt }
  await db
    .updateTable('mails')
    .set({ last_error: reason, ...next })
    .where('id', '=', id)
    .execute()
}

/** What went wrong, the newest first. */
export async function listMailFailures(db: AuthDatabase): Promise<readonly MailFailure[]> {
  const rows = await db
    .selectFrom('mails')
    .selectAll()
    .where('last_error', 'is not', null)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(FAILURE_LIST_LIMIT)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    template: row.template,
    recipient: row.recipient,
    attemptCount: row.attempt_count,
    reason: row.last_error ?? '',
    createdAt: row.created_at,
    ...(row.state === 'waiting' ? { nextAttemptAt: row.next_attempt_at } : {}),
  }))
}

/** A kind that this version does not know was written by a newer one: it stays for that one. */
function claimedMailOf(row: Selectable<AuthSchema['mails']>): readonly ClaimedMail[] {
  const template = MAIL_JOBS.find((kind) => kind === row.template)
  if (template === undefined) return []
  const { id, recipient, locale, parameters, attempt_count, created_at, expires_at } = row
  const times = { createdAt: created_at, expiresAt: expires_at }
  return [{ id, template, recipient, locale, parameters, attemptCount: attempt_count, ...times }]
}
