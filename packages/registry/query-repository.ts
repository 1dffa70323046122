import { type RawBuilder, sql } from 'kysely'
import type { ClaimFilter, EventPage, HistoryFilter, Page, RegistryEvent } from './claim-query.ts'
import { type ClaimPage, PAGE_LIMITS } from './claim-query.ts'
import { CLAIM_COLUMNS } from './claim-repository.ts'
import { type ClaimRow, claimOf, memberOf } from './claim-row.ts'
import { EVENT_TYPES } from './operation.ts'
import type { RegistryDatabase } from './registry-schema.ts'

/** In the order of their numbers. */
export async function listClaims(db: RegistryDatabase, filter: ClaimFilter, page: Page): Promise<ClaimPage> {
  const { limit = PAGE_LIMITS.default, after = 0 } = page
  const conditions = [...claimConditions(filter), sql`c.id > ${after}`]
  const { rows } = await sql<ClaimRow>`
    select ${CLAIM_COLUMNS} from registry_claims c join registry_hosts h on h.id = c.host_id
    where ${sql.join(conditions, sql` and `)} order by c.id limit ${limit + 1}`.execute(db)
  const claims = rows.slice(0, limit).map(claimOf)
  return { claims, next: rows.length > limit ? claims.at(-1)?.id : undefined }
}

export async function countLive(db: RegistryDatabase, hostId: number): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from registry_claims where host_id = ${hostId} and released_at is null`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

type EventRow = { readonly [Name in keyof ClaimRow]: ClaimRow[Name] | null } & {
  readonly event_id: string
  readonly at: Date
  readonly type: string
  readonly actor: string
  readonly reason: string | null
  readonly event_host: string | null
  readonly event_token: string | null
  readonly details: unknown
}

/** The newest first. */
export async function listEvents(db: RegistryDatabase, filter: HistoryFilter, page: Page): Promise<EventPage> {
  const { limit = PAGE_LIMITS.default, after } = page
  const { claimId, host, ...ofClaim } = filter
  const conditions = [sql`true`, ...(claimId === undefined ? [] : [sql`e.claim_id = ${claimId}`])]
  if (host !== undefined) conditions.push(sql`eh.name = ${host}`)
  if (Object.keys(ofClaim).length > 0) {
    const within = [...claimConditions({ ...ofClaim, state: 'any' }), ...(host === undefined ? [] : [hostIs(host)])]
    conditions.push(sql`e.claim_id in (select c.id from registry_claims c where ${sql.join(within, sql` and `)})`)
  }
  if (after !== undefined) conditions.push(sql`e.id < ${after}`)
  const { rows } = await sql<EventRow>`
    select e.id as event_id, e.at, e.type, e.actor, e.reason, eh.name as event_host, e.token as event_token, e.details,
      ${CLAIM_COLUMNS}
    from registry_events e
    left join registry_hosts eh on eh.id = e.host_id
    left join registry_claims c on c.id = e.claim_id
    left join registry_hosts h on h.id = c.host_id
    where ${sql.join(conditions, sql` and `)} order by e.id desc limit ${limit + 1}`.execute(db)
  const events = rows.slice(0, limit).map(eventOf)
  return { events, next: rows.length > limit ? events.at(-1)?.id : undefined }
}

/** What is said of the registry as a whole or of a host; what is said of claims is written with them. */
export async function addEvent(
  db: RegistryDatabase,
  event: Pick<RegistryEvent, 'at' | 'type' | 'actor' | 'reason' | 'details'> & { readonly hostId: number | undefined },
): Promise<void> {
  const { at, type, actor, reason, details, hostId } = event
  await sql`
    insert into registry_events (at, type, host_id, actor, reason, details)
    values (${at}, ${type}, ${hostId ?? null}, ${actor}, ${reason ?? null}, ${JSON.stringify(details)}::jsonb)
  `.execute(db)
}

function claimConditions(filter: ClaimFilter): RawBuilder<unknown>[] {
  const { host, project, projectPatterns, environment, kind, purpose, transport, port } = filter
  const { labels, state = 'live' } = filter
  const conditions: RawBuilder<unknown>[] = [sql`true`]
  if (state !== 'any') conditions.push(state === 'live' ? sql`c.released_at is null` : sql`c.released_at is not null`)
  if (host !== undefined) conditions.push(hostIs(host))
  if (project !== undefined) conditions.push(sql`c.project = ${project}`)
  if (projectPatterns !== undefined)
    conditions.push(sql`c.project like any(${projectPatterns.map(likePattern)}::text[])`)
  if (environment !== undefined) conditions.push(sql`c.environment = ${environment}`)
  if (kind !== undefined) conditions.push(sql`c.kind = ${kind}`)
  if (purpose !== undefined) conditions.push(sql`c.purpose = ${purpose}`)
  if (transport !== undefined) conditions.push(sql`c.protocol = ${transport}`)
  if (port !== undefined) conditions.push(holdsPort(port))
  if (labels !== undefined) conditions.push(sql`c.labels @> ${JSON.stringify(labels)}::jsonb`)
  return conditions
}

/** `web-*` in the words of `like`, whose own signs stand for themselves. */
function likePattern(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%')
}

function hostIs(name: string): RawBuilder<unknown> {
  return sql`c.host_id in (select id from registry_hosts where name = ${name})`
}

/** In the words of the indexes: pairs and singles begin at the port or just below it, ranges are few. */
function holdsPort(port: number): RawBuilder<unknown> {
  return sql`(
    c.shape <> 'range' and lower(c.ports) in (${port - 1}::integer, ${port}::integer) and c.ports @> ${port}::integer
    or c.shape = 'range' and c.ports @> ${port}::integer
  )`
}

function eventOf(row: EventRow): RegistryEvent {
  const { event_id, at, type, actor, reason, event_host, event_token, details } = row
  return {
    id: Number(event_id),
    at,
    type: memberOf(EVENT_TYPES, type),
    actor,
    reason: reason ?? undefined,
    host: event_host ?? undefined,
    claim: isClaimRow(row) ? claimOf(row) : undefined,
    token: event_token === null ? undefined : Number(event_token),
    details,
  }
}

function isClaimRow(row: EventRow): row is EventRow & ClaimRow {
  return row.id !== null
}
