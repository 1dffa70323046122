import type { Connection } from '@portolan/postgres'
import type { Count, CountOptions } from './bus.ts'

type Client = Connection['client']

/** Long enough for a reader that is behind; what it then misses it hears of as a gap. */
const LARGE_MESSAGE_TTL_MS = 300_000

export async function setStatementTimeout(client: Client, timeoutMs: number): Promise<void> {
  await client.query(`select set_config('statement_timeout', $1, false)`, [String(timeoutMs)])
}

export async function ping(client: Client): Promise<void> {
  await client.query('select 1')
}

/** @param names made by postgresChannel, so they need no quotes */
export async function listen(client: Client, names: readonly string[]): Promise<void> {
  await client.query(names.map((name) => `listen ${name}`).join('; '))
}

export async function unlisten(client: Client, name: string): Promise<void> {
  await client.query(`unlisten ${name}`)
}

export interface Notification {
  readonly name: string
  readonly payload: string
}

export interface LargeMessage {
  readonly id: string
  readonly body: string
}

/**
 * One statement and so one transaction: a notification arrives after its row can be read, and they keep their order
 * (PostgreSQL, NOTIFY).
 */
export async function publish(
  client: Client,
  notifications: readonly Notification[],
  largeMessages: readonly LargeMessage[],
): Promise<void> {
  const names = notifications.map(({ name }) => name)
  const payloads = notifications.map(({ payload }) => payload)
  if (largeMessages.length === 0) {
    const text = 'select pg_notify(name, payload) from unnest($1::text[], $2::text[]) as each(name, payload)'
    await client.query({ name: 'bus-publish', text, values: [names, payloads] })
    return
  }
  const text = `
    with stored as (
      insert into bus_large_message (id, body, expires_at)
      select id, body, clock_timestamp() + make_interval(secs => $5::float8 / 1000)
      from unnest($3::uuid[], $4::text[]) as large(id, body)
    )
    select pg_notify(name, payload) from unnest($1::text[], $2::text[]) as each(name, payload)`
  const ids = largeMessages.map(({ id }) => id)
  const bodies = largeMessages.map(({ body }) => body)
  await client.query({
    name: 'bus-publish-large',
    text,
    values: [names, payloads, ids, bodies, LARGE_MESSAGE_TTL_MS],
  })
}

export async function findLargeMessage(client: Client, id: string): Promise<string | undefined> {
  const text = 'select body from bus_large_message where id = $1'
  const { rows } = await client.query<{ body: string }>({ name: 'bus-large-message', text, values: [id] })
  return rows[0]?.body
}

export async function enter(client: Client, room: string, { member, ttlMs }: Entry): Promise<void> {
  const text = `
    insert into bus_presence (room, member, expires_at)
    values ($1, $2, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
    on conflict (room, member) do update set expires_at = excluded.expires_at`
  await client.query({ name: 'bus-enter', text, values: [room, member, ttlMs] })
}

interface Entry {
  readonly member: string
  readonly ttlMs: number
}

export async function leave(client: Client, room: string, member: string): Promise<void> {
  const text = 'delete from bus_presence where room = $1 and member = $2'
  await client.query({ name: 'bus-leave', text, values: [room, member] })
}

export async function listMembers(client: Client, room: string): Promise<readonly string[]> {
  const text = 'select member from bus_presence where room = $1 and expires_at > clock_timestamp()'
  const { rows } = await client.query<{ member: string }>({ name: 'bus-list', text, values: [room] })
  return rows.map(({ member }) => member)
}

interface CountRow {
  readonly pass_count: number
  readonly is_over: boolean
  /** bigint, which pg gives as text. */
  readonly retry_after_ms: string
}

export async function count(
  client: Client,
  key: string,
  { windowMs, limit }: Pick<CountOptions, 'windowMs' | 'limit'>,
): Promise<Count> {
  const text = 'select pass_count, is_over, retry_after_ms from bus_count($1, $2, $3)'
  const { rows } = await client.query<CountRow>({ name: 'bus-count', text, values: [key, windowMs, limit] })
  const [row] = rows
  if (row === undefined) throw new Error('bus_count always gives one row')
  return { count: row.pass_count, isOver: row.is_over, retryAfterMs: Number(row.retry_after_ms) }
}

export async function resetCounter(client: Client, key: string): Promise<void> {
  await client.query({ name: 'bus-reset', text: 'delete from bus_counter where key = $1', values: [key] })
}

const SWEPT_TABLES = ['bus_large_message', 'bus_presence', 'bus_counter'] as const

/**
 * Deletes up to `rowLimit` expired rows of each table; what another process holds at the moment is left to the next.
 * @returns true when there may be more
 */
export async function sweep(client: Client, rowLimit: number): Promise<boolean> {
  let isMoreLeft = false
  for (const table of SWEPT_TABLES) {
    // Its own look at expires_at, since the row may have been prolonged while this waited.
    const text = `
      delete from ${table} where expires_at <= clock_timestamp() and ctid = any (array(
        select ctid from ${table} where expires_at <= clock_timestamp() limit $1 for update skip locked))`
    const { rowCount } = await client.query(text, [rowLimit])
    isMoreLeft ||= rowCount === rowLimit
  }
  return isMoreLeft
}
