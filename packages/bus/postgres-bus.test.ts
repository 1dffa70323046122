import { openConnection } from '@portolan/postgres'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { type BusWorld, registerBusContract } from './bus.contract.ts'
import type { JsonValue } from './bus.ts'
import { openBus } from './open-bus.ts'
import { postgresChannel } from './postgres-notice.ts'
import { sweep } from './postgres-repository.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const database = await openTestDatabase(server)
const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })
const logger = { info: (): void => undefined, warn: (): void => undefined }

async function countConnections(): Promise<number> {
  await using admin = await openConnection(server.adminUrl, waiting())
  const text = `select count(*)::int as count from pg_stat_activity where application_name = 'portolan bus'`
  const { rows } = await admin.client.query<{ count: number }>(text)
  return rows[0]?.count ?? -1
}

registerBusContract('the bus on PostgreSQL', async (): Promise<BusWorld> => {
  return {
    port: server.port,
    url: database.url,
    kill: () => server.stop('SIGKILL'),
    start: () => server.start(),
    countConnections,
    [Symbol.asyncDispose]: async () => undefined,
  }
})

test('every table is unlogged: a crash empties them, and they cost no write-ahead log', async () => {
  await using _bus = await openBus(database.url, { logger }, waiting())
  await using connection = await openConnection(database.url, waiting())
  const { rows } = await connection.client.query(
    `select relname, relpersistence from pg_class where relname like 'bus\\_%' and relkind = 'r' order by relname`,
  )
  const names = ['bus_counter', 'bus_large_message', 'bus_presence']
  expect(rows).toEqual(names.map((relname) => ({ relname, relpersistence: 'u' })))
})

test('the sweep deletes what has expired, a bounded number of rows at a time, and nothing else', async () => {
  await using bus = await openBus(database.url, { logger }, waiting())
  await using connection = await openConnection(database.url, waiting())
  const { client } = connection
  await client.query('truncate bus_presence, bus_counter, bus_large_message')
  await bus.presence.enter('room', 'stays', { ttlMs: 60_000 })
  await bus.publish('channel', 'x'.repeat(10_000))
  for (const member of ['a', 'b', 'c']) await bus.presence.enter('room', member, { ttlMs: 1 })
  await bus.counters.count('short', { windowMs: 1, limit: 1 })
  const left = async (): Promise<unknown> =>
    (
      await client.query(`select (select count(*)::int from bus_presence) as members,
        (select count(*)::int from bus_counter) as counters, (select count(*)::int from bus_large_message) as messages`)
    ).rows
  await expect.poll(() => bus.presence.list('room')).toEqual(['stays'])
  expect(await sweep(client, 2)).toBe(true)
  expect(await left()).toEqual([{ members: 2, counters: 0, messages: 1 }])
  expect(await sweep(client, 2)).toBe(false)
  expect(await left()).toEqual([{ members: 1, counters: 0, messages: 1 }])
})

test('a large message that is gone before it was read, and a notice nobody understands, are gaps', async () => {
  await using bus = await openBus(database.url, { logger }, waiting())
  await using connection = await openConnection(database.url, waiting())
  const events: JsonValue[] = []
  const released = Promise.withResolvers<void>()
  const handler = async (message: JsonValue): Promise<void> => {
    events.push(message)
    await released.promise
  }
  await bus.subscribe('gone', handler, { onGap: ({ reason }) => void events.push(reason) })
  await bus.publish('gone', 'first')
  await expect.poll(() => events).toEqual(['first'])
  await bus.publish('gone', 'x'.repeat(10_000))
  await connection.client.query('truncate bus_large_message')
  await bus.publish('gone', 'then')
  released.resolve()
  await expect.poll(() => events).toEqual(['first', 'message-lost', 'then'])
  await connection.client.query(`select pg_notify($1, 'from another program')`, [postgresChannel('gone')])
  await expect.poll(() => events).toEqual(['first', 'message-lost', 'then', 'message-lost'])
})

test('a statement that is held up by a lock is refused within the time of a call', async () => {
  await using bus = await openBus(database.url, { logger, callTimeoutMs: 1_000 }, waiting())
  await using connection = await openConnection(database.url, waiting())
  await connection.client.query('begin')
  await connection.client.query('lock table bus_presence')
  await expect(bus.presence.list('room')).rejects.toMatchObject({ code: 'BUS_STORE_REFUSED' })
  await connection.client.query('rollback')
  expect(bus.isConnected).toBe(true)
  expect(await bus.presence.list('another room')).toEqual([])
})

test.for(['postgres://', 'postgres://role@host/db?unknown=1', 'mysql://host/db', 'nonsense'])(
  'the URL %s is refused',
  async (url) => {
    await expect(openBus(url, { logger }, waiting())).rejects.toMatchObject({ code: 'BUS_URL_INVALID' })
  },
)
