import type { PortRange } from '@portolan/ports'
import { type RawBuilder, sql } from 'kysely'
import type { Band } from './band.ts'
import type { Host } from './host.ts'
import type { HostState } from './host-picture.ts'
import type { RegistryDatabase, RegistryTransaction } from './registry-schema.ts'

interface HostRow {
  readonly id: number
  readonly name: string
  readonly addresses: readonly string[]
  readonly ephemeral_first: number | null
  readonly ephemeral_last: number | null
  readonly revision: string
  readonly created_at: Date
}

interface BandRow {
  readonly environment: string
  readonly kind: string
  readonly first: number
  readonly last: number
}

const HOST_COLUMNS = sql`id, name, addresses, lower(ephemeral_ports) as ephemeral_first,
  upper(ephemeral_ports) - 1 as ephemeral_last, revision, created_at`

const BANDS_AS_JSON = sql`(
  select coalesce(jsonb_agg(jsonb_build_object(
    'environment', environment, 'kind', kind, 'first', lower(ports), 'last', upper(ports) - 1
  ) order by environment, kind), '[]') from registry_bands
) as bands`

export async function findHostState(db: RegistryDatabase, name: string): Promise<HostState | undefined> {
  const { rows } = await sql<HostRow & { bands: readonly BandRow[] }>`
    select ${HOST_COLUMNS}, ${BANDS_AS_JSON} from registry_hosts where name = ${name} and removed_at is null`.execute(
    db,
  )
  return stateOf(rows[0])
}

/**
 * Holds the host's row until the transaction ends. The server ends a transaction whose process has gone silent, for
 * everybody else would wait for it.
 * @returns the revision; what belongs to it is read by a later statement, which sees what was committed while this one
 *   waited
 */
export async function lockHost(
  tx: RegistryTransaction,
  name: string,
  { idleLimitMs }: { readonly idleLimitMs: number },
): Promise<number | undefined> {
  const { rows } = await sql<{ revision: string }>`
    select revision, set_config('idle_in_transaction_session_timeout', ${String(idleLimitMs)}, true)
    from registry_hosts where name = ${name} and removed_at is null for update`.execute(tx)
  return rows[0] === undefined ? undefined : Number(rows[0].revision)
}

function stateOf(row: (HostRow & { bands: readonly BandRow[] }) | undefined): HostState | undefined {
  if (row === undefined) return undefined
  return { hostId: row.id, revision: Number(row.revision), host: hostOf(row), bands: row.bands.map(bandOf) }
}

export async function findRevision(db: RegistryDatabase, hostId: number): Promise<number | undefined> {
  const row = await db.selectFrom('registry_hosts').select('revision').where('id', '=', hostId).executeTakeFirst()
  return row === undefined ? undefined : Number(row.revision)
}

export async function listHosts(db: RegistryDatabase): Promise<readonly Host[]> {
  const { rows } =
    await sql<HostRow>`select ${HOST_COLUMNS} from registry_hosts where removed_at is null order by name`.execute(db)
  return rows.map(hostOf)
}

export async function findHost(db: RegistryDatabase, name: string): Promise<Host | undefined> {
  const { rows } =
    await sql<HostRow>`select ${HOST_COLUMNS} from registry_hosts where name = ${name} and removed_at is null`.execute(
      db,
    )
  return rows[0] === undefined ? undefined : hostOf(rows[0])
}

/** @returns the host's number */
export async function putHost(tx: RegistryTransaction, host: Host): Promise<number> {
  const { name, addresses, ephemeralRange, createdAt } = host
  const { rows } = await sql<{ id: number }>`
    insert into registry_hosts (name, addresses, ephemeral_ports, created_at)
    values (${name}, ${addresses}, ${rangeSql(ephemeralRange)}, ${createdAt})
    on conflict (name) where (removed_at is null) do update set
      addresses = excluded.addresses, ephemeral_ports = excluded.ephemeral_ports,
      revision = registry_hosts.revision + 1
    returning id`.execute(tx)
  return rows[0]?.id ?? 0
}

export async function listBands(db: RegistryDatabase): Promise<readonly Band[]> {
  const { rows } = await sql<BandRow>`
    select environment, kind, lower(ports) as first, upper(ports) - 1 as last
    from registry_bands order by environment, kind`.execute(db)
  return rows.map(bandOf)
}

/** In place of all bands. Every host moves on, for every picture holds the bands. */
export async function replaceBands(tx: RegistryTransaction, bands: readonly Band[]): Promise<void> {
  await sql`update registry_hosts set revision = revision + 1`.execute(tx)
  await sql`delete from registry_bands`.execute(tx)
  const rows = bands.map(({ environment, kind, range: { first, last } }) => ({ environment, kind, first, last }))
  await sql`
    insert into registry_bands (environment, kind, ports)
    select environment, kind, int4range(first, last, '[]')
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(environment text, kind text, first integer, last integer)`.execute(tx)
}

export async function findHostId(db: RegistryDatabase, name: string): Promise<number | undefined> {
  return (await findHostState(db, name))?.hostId
}

/** Claims of old name their host, so its row stays; the name becomes free, and every picture of it is out of date. */
export async function hideHost(tx: RegistryTransaction, hostId: number, at: Date): Promise<void> {
  await sql`
    update registry_hosts set removed_at = ${at}, revision = revision + 1 where id = ${hostId}`.execute(tx)
}

/** Several processes may begin on one empty registry. */
export async function addBandsIfNone(tx: RegistryTransaction, bands: readonly Band[]): Promise<boolean> {
  await sql`lock table registry_bands in share row exclusive mode`.execute(tx)
  if ((await listBands(tx)).length > 0) return false
  await replaceBands(tx, bands)
  return true
}

export function rangeSql(range: PortRange | undefined): RawBuilder<unknown> {
  return range === undefined ? sql`null` : sql`int4range(${range.first}, ${range.last}, '[]')`
}

function hostOf(row: HostRow): Host {
  const { name, addresses, ephemeral_first: first, ephemeral_last: last, created_at: createdAt } = row
  return { name, addresses, ephemeralRange: first === null || last === null ? undefined : { first, last }, createdAt }
}

function bandOf({ environment, kind, first, last }: BandRow): Band {
  return { environment, kind, range: { first, last } }
}
