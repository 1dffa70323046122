import { sql } from 'kysely'
import type { Claim } from './claim.ts'
import { CLAIM_COLUMNS } from './claim-repository.ts'
import { type ClaimRow, claimAsAnswered, claimOf, type HoldingRow } from './claim-row.ts'
import type { IdempotencyKey } from './operation.ts'
import type { RegistryDatabase } from './registry-schema.ts'

/** What was answered before under a key. */
export interface StoredAnswer extends IdempotencyKey {
  readonly claim: Claim
  readonly wasChanged: boolean
}

interface AnswerRow {
  readonly answer_project: string
  readonly key: string
  readonly body_hash: string
  readonly was_changed: boolean
  readonly answered: Omit<HoldingRow, 'lease_until' | 'released_at' | 'quarantine_until' | 'token'> & {
    readonly token: number
    readonly lease_until: string | null
    readonly released_at: string | null
    readonly quarantine_until: string | null
  }
}

/** The answers under those keys that are not older than `since`. */
export async function listAnswers(
  db: RegistryDatabase,
  keys: readonly IdempotencyKey[],
  since: Date,
): Promise<readonly StoredAnswer[]> {
  const projects = keys.map(({ project }) => project)
  const texts = keys.map(({ key }) => key)
  const { rows } = await sql<ClaimRow & AnswerRow>`
    select ${CLAIM_COLUMNS}, a.project as answer_project, a.key, a.body_hash, a.was_changed, to_jsonb(a) as answered
    from unnest(${projects}::text[], ${texts}::text[]) as asked(project, key)
    join registry_answers a on a.project = asked.project and a.key = asked.key and a.created_at >= ${since}
    join registry_claims c on c.id = a.claim_id
    join registry_hosts h on h.id = c.host_id`.execute(db)
  return rows.map((row) => ({
    project: row.answer_project,
    key: row.key,
    bodyHash: row.body_hash,
    wasChanged: row.was_changed,
    claim: claimAsAnswered(claimOf(row), answeredHolding(row)),
  }))
}

export async function deleteAnswers(db: RegistryDatabase, before: Date): Promise<void> {
  await db.deleteFrom('registry_answers').where('created_at', '<', before).execute()
}

function answeredHolding({ answered }: AnswerRow): HoldingRow {
  const { token, slots, lease_until, released_at, quarantine_until } = answered
  const moment = (text: string | null): Date | null => (text === null ? null : new Date(text))
  return {
    token: String(token),
    slots,
    lease_until: moment(lease_until),
    released_at: moment(released_at),
    quarantine_until: moment(quarantine_until),
  }
}
