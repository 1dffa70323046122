import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { pingPostgres } from './ping.ts'
import { openPool } from './pool.ts'
import { databaseUrl } from './postgres-url.ts'
import { openTestDatabase, openTestPostgres } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const database = await openTestDatabase(server)
const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })

async function countSessions(applicationName: string): Promise<number> {
  await using admin = await openPool<unknown>(server.adminUrl, { sizeLimit: 1 }, waiting())
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity where application_name = ${applicationName}`.execute(admin.db)
  return rows[0]?.count ?? -1
}

test('a pool never has more connections than its limit, and none after close', async () => {
  const pool = await openPool<unknown>(database.url, { sizeLimit: 2, applicationName: 'bounded' }, waiting())
  const work = Array.from({ length: 8 }, () => sql`select pg_sleep(0.02)`.execute(pool.db))
  expect(await countSessions('bounded')).toBeLessThanOrEqual(2)
  await Promise.all(work)
  await pool.close(waiting())
  await expect.poll(() => countSessions('bounded')).toBe(0)
})

test('close lets work under way end, also what still waits for a connection, and refuses new work', async () => {
  const pool = await openPool<unknown>(database.url, { sizeLimit: 1 }, waiting())
  const work = [1, 2, 3].map((each) => sql`select pg_sleep(0.02), ${each}::int as each`.execute(pool.db))
  const closed = pool.close(waiting())
  expect(pool.close(waiting())).toBe(closed)
  await expect(sql`select 1`.execute(pool.db)).rejects.toMatchObject({ code: 'POSTGRES_POOL_CLOSED' })
  await expect(Promise.all(work)).resolves.toHaveLength(3)
  await closed
})

test('close cuts what has not ended when its signal fires', async () => {
  const pool = await openPool<unknown>(database.url, { sizeLimit: 1 }, waiting())
  const work = expect(sql`select pg_sleep(60)`.execute(pool.db)).rejects.toThrow('grace is over')
  const queued = expect(sql`select 1`.execute(pool.db)).rejects.toThrow('grace is over')
  const aborter = new AbortController()
  const closed = pool.close({ signal: aborter.signal })
  aborter.abort(new Error('grace is over'))
  await Promise.all([work, queued, closed])
})

test('destroy does not wait for a transaction whose owner is elsewhere', async () => {
  const pool = await openPool<unknown>(database.url, {}, waiting())
  const elsewhere = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const work = pool.db.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx)
    begun.resolve()
    await elsewhere.promise
    await sql`select 2`.execute(tx)
  })
  await begun.promise
  await pool.destroy(new Error('stop now'))
  elsewhere.resolve()
  await expect(work).rejects.toThrow()
  await pool.close(waiting())
})

test('a pool that is exhausted says so after its limit', async () => {
  await using pool = await openPool<unknown>(database.url, { sizeLimit: 1, connectTimeoutMs: 50 }, waiting())
  const slow = sql`select pg_sleep(0.3)`.execute(pool.db)
  await expect(sql`select 1`.execute(pool.db)).rejects.toMatchObject({ code: 'POSTGRES_POOL_EXHAUSTED' })
  await slow
})

test('a pool works again after the server was killed and started', async () => {
  const lost: Error[] = []
  const onConnectionLost = (error: Error): unknown => lost.push(error)
  await using pool = await openPool<unknown>(database.url, { onConnectionLost }, waiting())
  const begun = Promise.withResolvers<void>()
  const killed = Promise.withResolvers<void>()
  const interrupted = pool.db.transaction().execute(async (tx) => {
    await sql`create table half_done (id int)`.execute(tx)
    await sql`select 1`.execute(pool.db) // leaves a second connection idle
    begun.resolve()
    await killed.promise
    await sql`select 1`.execute(tx)
  })
  await begun.promise
  await server.stop('SIGKILL')
  await expect.poll(() => lost.length).toBe(1)
  killed.resolve()
  await expect(interrupted).rejects.toThrow()
  await expect(sql`select 1`.execute(pool.db)).rejects.toMatchObject({ code: 'POSTGRES_UNREACHABLE' })
  await server.start()
  const { rows } = await sql`select to_regclass('half_done') as half_done`.execute(pool.db)
  expect(rows).toEqual([{ half_done: null }])
})

test('a server that falls silent under a statement is given up after the limit, and another connection serves later', async () => {
  let isSilent = false
  const sockets = new Set<Socket>()
  const join = (from: Socket, to: Socket): unknown => {
    sockets.add(from)
    from.on('data', (chunk) => isSilent || to.write(chunk))
    return from.on('error', () => undefined).on('close', () => to.destroy())
  }
  const proxy = createServer((client) => {
    const target = connect(Number(new URL(database.url).port), '127.0.0.1')
    join(client, target)
    join(target, client)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const url = database.url.replace(/:\d+\//, `:${port}/`)
  const limits = { silenceTimeoutMs: 300, connectTimeoutMs: 300 }
  const pool = await openPool<unknown>(url, limits, waiting())
  isSilent = true
  for (let count = 0; count < 2; count += 1) {
    await expect(sql`select 1`.execute(pool.db)).rejects.toMatchObject({ code: 'POSTGRES_UNREACHABLE' })
  }
  isSilent = false
  await expect(sql`select 1`.execute(pool.db)).resolves.toBeDefined()
  await pool.close(waiting())
  for (const socket of sockets) socket.destroy()
  proxy.close()
  await once(proxy, 'close')
})

test('silence between two uses of a connection, and while the server works, is no matter', async () => {
  await using pool = await openPool<unknown>(database.url, { sizeLimit: 1, statementTimeoutMs: 50 }, waiting())
  const session = async () => (await sql`select pg_backend_pid() as pid`.execute(pool.db)).rows
  const before = await session()
  await expect(sql`select pg_sleep(1)`.execute(pool.db)).rejects.toMatchObject({ code: '57014' })
  expect(await session()).toEqual(before)
})

test('an open pool is a working pool: everything else is an error with a code and without the password', async () => {
  const cases = [
    [databaseUrl(server.adminUrl, { ...database, password: 'wrong-secret' }), 'POSTGRES_LOGIN_REFUSED'],
    [databaseUrl(server.adminUrl, { ...database, database: 'missing' }), 'POSTGRES_DATABASE_UNKNOWN'],
    ['postgres://u:wrong-secret@127.0.0.1:1/x', 'POSTGRES_UNREACHABLE'],
    ['postgres://u:wrong-secret@host.invalid/x', 'POSTGRES_UNREACHABLE'],
    [`${database.url}?sslmode=require`, 'POSTGRES_UNREACHABLE'],
    [database.url.replace(database.password, ''), 'POSTGRES_LOGIN_REFUSED'],
  ] as const
  for (const [url, code] of cases) {
    const error: unknown = await openPool(url, {}, waiting()).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code })
    expect(JSON.stringify(error) + String(error)).not.toMatch(/wrong-secret/)
  }
})

test('a server that accepts and stays silent is given up after the limit, and at once by the signal', async () => {
  const silent = createServer((socket) => {
    socket.on('error', () => undefined) // a cut connection may arrive as a reset
    socket.resume()
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const url = `postgres://u:p@127.0.0.1:${port}/x`
  await expect(openPool(url, { connectTimeoutMs: 30 }, waiting())).rejects.toMatchObject({
    code: 'POSTGRES_UNREACHABLE',
  })
  const aborter = new AbortController()
  const opening = expect(openPool(url, {}, { signal: aborter.signal })).rejects.toThrow('changed my mind')
  const pinging = expect(pingPostgres(url, { signal: aborter.signal })).rejects.toThrow('changed my mind')
  await once(silent, 'connection')
  aborter.abort(new Error('changed my mind'))
  await Promise.all([opening, pinging])
  silent.close()
  await once(silent, 'close') // only fires when no connection is left
})

test('a clone of a test database has its content and its role', async () => {
  await using template = await openTestDatabase(server)
  {
    await using pool = await openPool<unknown>(template.url, {}, waiting())
    await sql`create table seeded as select 42 as answer`.execute(pool.db)
  }
  await using clone = await openTestDatabase(server, { template })
  await using pool = await openPool<unknown>(clone.url, {}, waiting())
  expect((await sql`select answer from seeded`.execute(pool.db)).rows).toEqual([{ answer: 42 }])
})

test('a signal that fires in the instant of opening is heard', async () => {
  // Nothing answers there, so that only the signal can end the attempt before the limit of the connection.
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const address = silent.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const told = new AbortController()
  const opening = openPool(`postgres://a:b@127.0.0.1:${port}/c`, { connectTimeoutMs: 60_000 }, { signal: told.signal })
  told.abort(new Error('told to stop'))
  await expect(opening).rejects.toThrow('told to stop')
  silent.close()
})
