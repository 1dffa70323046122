import type { Waiting } from '@portolan/errors'
import { openPool } from '@portolan/postgres'
import { sql } from 'kysely'
import { memberOf } from '../claim-row.ts'
import type { RegistrySchema } from '../registry-schema.ts'
import type { LedgerEntry } from './record.ts'

interface LedgerRow {
  readonly type: string
  readonly operation_id: string
  readonly host: string
  readonly claim_id: string
  readonly token: string
  readonly port: number
  readonly is_live: boolean
}

const TYPES = ['allocated', 'taken-over', 'released'] as const

/** What the registry says it has done, from its events, and what is live, from its claims. */
export async function readLedger(databaseUrl: string, { signal }: Waiting): Promise<readonly LedgerEntry[]> {
  await using pool = await openPool<RegistrySchema>(databaseUrl, { sizeLimit: 1 }, { signal })
  const { rows } = await sql<LedgerRow>`
    select e.type, replace(e.reason, 'operation ', '') as operation_id, h.name as host, e.claim_id, e.token,
      lower(c.ports) as port, c.released_at is null as is_live
    from registry_events e
    join registry_claims c on c.id = e.claim_id
    join registry_hosts h on h.id = c.host_id
    order by e.id`.execute(pool.db)
  return rows.map((row) => ({
    operationId: Number(row.operation_id),
    type: memberOf(TYPES, row.type),
    host: row.host,
    claimId: Number(row.claim_id),
    token: Number(row.token),
    port: row.port,
    isLive: row.is_live,
  }))
}

/** How many pairs of live claims share a port: the promise itself, asked of the table without its index. */
export async function countOverlaps(databaseUrl: string, { signal }: Waiting): Promise<number> {
  await using pool = await openPool<RegistrySchema>(databaseUrl, { sizeLimit: 1 }, { signal })
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from registry_claims a join registry_claims b
      on a.id < b.id and a.host_id = b.host_id and a.protocol = b.protocol and a.ports && b.ports
      and a.released_at is null and b.released_at is null`.execute(pool.db)
  return Number(rows[0]?.count)
}
