import { type RawBuilder, sql } from 'kysely'
import { type Claim, isLive, type ReleasedClaim } from './claim.ts'
import { type ClaimRow, claimOf } from './claim-row.ts'
import type { RegistryDatabase } from './registry-schema.ts'

/** Slots are looked up for pairs alone: nothing else has any. */
export const CLAIM_COLUMNS = sql`
  c.id, h.name as host, c.protocol, lower(c.ports) as first, upper(c.ports) - 1 as last, c.shape, c.project,
  c.environment, c.kind, c.purpose, c.labels, c.token, c.created_at, c.created_by, c.lease_until, c.released_at,
  c.quarantine_until,
  case when c.shape = 'pair' then (select jsonb_agg(s) from registry_slots s where s.claim_id = c.id) end as slots`

async function listWhere(db: RegistryDatabase, rest: RawBuilder<unknown>): Promise<readonly Claim[]> {
  const { rows } = await sql<ClaimRow>`
    select ${CLAIM_COLUMNS} from registry_claims c join registry_hosts h on h.id = c.host_id ${rest}`.execute(db)
  return rows.map(claimOf)
}

/** What occupies ports of a host: quarantined ones first, the oldest first, and then who holds them. */
export async function listOccupying(db: RegistryDatabase, hostId: number, now: Date): Promise<readonly Claim[]> {
  const quarantined = await listWhere(
    db,
    sql`where c.host_id = ${hostId} and c.released_at is not null and c.quarantine_until > ${now} order by c.quarantine_until`,
  )
  const live = await listWhere(db, sql`where c.host_id = ${hostId} and c.released_at is null`)
  return [...quarantined, ...live]
}

/** What changed on a host after a revision: released claims first, for others may hold their ports by now. */
export async function listChanged(db: RegistryDatabase, hostId: number, revision: number): Promise<readonly Claim[]> {
  const rest = sql`where c.host_id = ${hostId} and c.revision > ${revision} order by c.released_at nulls last`
  return listWhere(db, rest)
}

export async function findClaim(db: RegistryDatabase, claimId: number): Promise<Claim | undefined> {
  return (await listWhere(db, sql`where c.id = ${claimId}`))[0]
}

export async function listReleased(
  db: RegistryDatabase,
  claimIds: readonly number[],
): Promise<readonly ReleasedClaim[]> {
  const claims = await listWhere(db, sql`where c.id = any(${claimIds}::bigint[]) and c.released_at is not null`)
  return claims.filter((claim) => !isLive(claim))
}
