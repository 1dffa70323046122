import { ENDED_SESSION_KEEP_MS } from '@portolan/identity'
import type { AuthDatabase } from './store.ts'

const DAY_MS = 24 * 60 * 60_000
/** How long the end of a session can still be told to its owner, and a mail that was given up be seen. */
const KEEP_MS = { session: 7 * DAY_MS, failure: 30 * DAY_MS } as const

/** Deletes what has expired. Every replica may do it at any time. */
export async function sweepExpired(db: AuthDatabase, now: Date): Promise<void> {
  const before = (ageMs: number) => new Date(now.getTime() - ageMs)
  await db.deleteFrom('one_time_tokens').where('expires_at', '<=', now).execute()
  await db.deleteFrom('sign_ups').where('expires_at', '<=', now).execute()
  await db.deleteFrom('second_factor_challenges').where('expires_at', '<=', now).execute()
  await db.deleteFrom('oidc_flows').where('expires_at', '<=', now).execute()
  await db.deleteFrom('sessions').where('expires_at', '<=', now).execute()
  await db.deleteFrom('sessions').where('ended_at', '<=', before(KEEP_MS.session)).execute()
  await db
    .deleteFrom('ended_sessions')
    .where('ended_at', '<=', before(2 * ENDED_SESSION_KEEP_MS))
    .execute()
  const failed = db.deleteFrom('mails').where('state', '=', 'failed')
  await failed.where('created_at', '<=', before(KEEP_MS.failure)).execute()
}
