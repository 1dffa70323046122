import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { openConnection } from './connection.ts'
import { pingPostgres } from './ping.ts'
import { openPool } from './pool.ts'
import { databaseUrl } from './postgres-url.ts'
import { provisionDatabases } from './provision.ts'
import { openTestPostgres } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const { adminUrl } = server
const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })

function declared(name: string, password = `${name} secret`) {
  return { database: `${name}_db`, role: `${name}_user`, password }
}

async function administer(statement: string): Promise<readonly Record<string, unknown>[]> {
  await using connection = await openConnection(adminUrl, waiting())
  return (await connection.client.query<Record<string, unknown>>(statement)).rows
}

test('a declared role owns its database and can create tables there', async () => {
  const board = declared('board')
  await provisionDatabases(adminUrl, [board], waiting())
  await using pool = await openPool<unknown>(databaseUrl(adminUrl, board), {}, waiting())
  await sql`create table card (id int)`.execute(pool.db)
})

test('provisioning again changes nothing, not even what is stored for the password', async () => {
  const chat = declared('chat')
  await provisionDatabases(adminUrl, [chat], waiting())
  const query = "select rolpassword from pg_authid where rolname = 'chat_user'"
  const before = await administer(query)
  await provisionDatabases(adminUrl, [chat], waiting())
  expect(await administer(query)).toEqual(before)
})

test('a changed password is taken over, and the old one refused', async () => {
  await provisionDatabases(adminUrl, [declared('auth', 'old one')], waiting())
  await provisionDatabases(adminUrl, [declared('auth', 'new one')], waiting())
  await pingPostgres(databaseUrl(adminUrl, declared('auth', 'new one')), waiting())
  const refused = pingPostgres(databaseUrl(adminUrl, declared('auth', 'old one')), waiting())
  await expect(refused).rejects.toMatchObject({ code: 'POSTGRES_LOGIN_REFUSED' })
  await expect(refused).rejects.not.toThrow(/old one/)
})

test('one role cannot enter the database of another', async () => {
  await provisionDatabases(adminUrl, [declared('user'), declared('video')], waiting())
  const trespass = databaseUrl(adminUrl, { ...declared('user'), database: 'video_db' })
  await expect(pingPostgres(trespass, waiting())).rejects.toMatchObject({ code: 'POSTGRES_DATABASE_FORBIDDEN' })
})

test('a service cannot enter the databases that the server comes with', async () => {
  const curious = declared('curious')
  await provisionDatabases(adminUrl, [curious], { ...waiting(), isDedicated: true })
  for (const database of ['postgres', 'template1']) {
    const entered = pingPostgres(databaseUrl(adminUrl, { ...curious, database }), waiting())
    await expect(entered).rejects.toMatchObject({ code: 'POSTGRES_DATABASE_FORBIDDEN' })
  }
  await pingPostgres(adminUrl, waiting())
})

test('on a server that others use as well, what is not declared stays open to them', async () => {
  await administer("create role neighbour login password 'x'")
  for (const database of ['postgres', 'template1']) await administer(`grant connect on database ${database} to public`)
  await provisionDatabases(adminUrl, [declared('lodger')], waiting())
  for (const database of ['postgres', 'template1'])
    await pingPostgres(databaseUrl(adminUrl, { role: 'neighbour', password: 'x', database }), waiting())
})

test('a role has a limit of connections, and one that was set by hand stays', async () => {
  const greedy = declared('greedy')
  const limit = () => administer("select rolconnlimit from pg_roles where rolname = 'greedy_user'")
  await provisionDatabases(adminUrl, [greedy], waiting())
  expect(await limit()).toEqual([{ rolconnlimit: 40 }])
  await administer('alter role greedy_user connection limit 1')
  await provisionDatabases(adminUrl, [greedy], waiting())
  expect(await limit()).toEqual([{ rolconnlimit: 1 }])
  await using _first = await openConnection(databaseUrl(adminUrl, greedy), waiting())
  await expect(openConnection(databaseUrl(adminUrl, greedy), waiting())).rejects.toMatchObject({
    code: 'POSTGRES_CONNECTIONS_EXHAUSTED',
  })
})

test('a role that was let into a database still cannot create in its schema public', async () => {
  await provisionDatabases(adminUrl, [declared('noti'), declared('guest')], waiting())
  await administer('grant connect on database noti_db to guest_user')
  const url = databaseUrl(adminUrl, { ...declared('guest'), database: 'noti_db' })
  await using pool = await openPool<unknown>(url, {}, waiting())
  await expect(sql`create table mine (id int)`.execute(pool.db)).rejects.toMatchObject({ code: '42501' })
})

test('processes that provision the same at once all succeed', async () => {
  const databases = ['one', 'two', 'three'].map((name) => declared(name))
  await Promise.all(Array.from({ length: 5 }, () => provisionDatabases(adminUrl, databases, waiting())))
  for (const each of databases) await pingPostgres(databaseUrl(adminUrl, each), waiting())
})

test('who holds the lock for too long is named', async () => {
  await using holder = await openConnection(adminUrl, { ...waiting(), applicationName: 'slow sibling' })
  const { rows } = await holder.client.query<{ pid: number }>(
    'select pg_backend_pid() as pid, pg_advisory_lock(1349481076, 2)',
  )
  const waited = provisionDatabases(adminUrl, [declared('late')], { ...waiting(), lockTimeoutMs: 50 })
  await expect(waited).rejects.toMatchObject({
    code: 'POSTGRES_LOCK_TIMEOUT',
    message: expect.stringMatching(new RegExp(`process ${rows[0]?.pid} \\("slow sibling"`)),
  })
})

test('an abort ends the wait for the lock', async () => {
  await using holder = await openConnection(adminUrl, waiting())
  await holder.client.query('select pg_advisory_lock(1349481076, 2)')
  const aborter = new AbortController()
  const waited = provisionDatabases(adminUrl, [declared('late')], { signal: aborter.signal })
  const rejection = expect(waited).rejects.toThrow('enough')
  await expect
    .poll(() => administer("select 1 from pg_locks where locktype = 'advisory' and not granted"))
    .toHaveLength(1)
  aborter.abort(new Error('enough'))
  await rejection
})

test('an administrator without superuser rights needs CREATEDB and CREATEROLE alone', async () => {
  await administer("create role clerk login createdb createrole password 'clerk'")
  await administer('grant connect on database postgres to clerk')
  const clerkUrl = databaseUrl(adminUrl, { database: 'postgres', role: 'clerk', password: 'clerk' })
  const [storage, other] = [declared('storage'), declared('other')]
  for (const _round of [1, 2]) await provisionDatabases(clerkUrl, [storage, other], waiting())
  await using pool = await openPool<unknown>(databaseUrl(adminUrl, storage), {}, waiting())
  await sql`create table file (id int)`.execute(pool.db)
  const trespass = databaseUrl(adminUrl, { ...other, database: storage.database })
  await expect(pingPostgres(trespass, waiting())).rejects.toMatchObject({ code: 'POSTGRES_DATABASE_FORBIDDEN' })
})

test('a role that may not create anything is told what it lacks', async () => {
  await administer("create role nobody_special login password 'x'")
  await administer('grant connect on database postgres to nobody_special')
  const url = databaseUrl(adminUrl, { database: 'postgres', role: 'nobody_special', password: 'x' })
  await expect(provisionDatabases(url, [declared('never')], waiting())).rejects.toMatchObject({
    code: 'POSTGRES_PRIVILEGE_MISSING',
    message: expect.stringContaining('CREATEDB'),
  })
})

test("the administrator's own database is handed over, another role's is not", async () => {
  const [mine, theirs] = [declared('mine'), declared('theirs')]
  await administer('create database mine_db')
  await provisionDatabases(adminUrl, [mine, theirs], waiting())
  const taken = provisionDatabases(adminUrl, [{ ...mine, database: theirs.database }], waiting())
  await expect(taken).rejects.toMatchObject({ code: 'POSTGRES_DATABASE_TAKEN' })
})

test('a superuser is never given to a service', async () => {
  await administer('create role almighty superuser')
  const almighty = { ...declared('almighty'), role: 'almighty' }
  await expect(provisionDatabases(adminUrl, [almighty], waiting())).rejects.toMatchObject({
    code: 'POSTGRES_ROLE_TAKEN',
  })
})

test.for([
  [{ ...declared('x'), database: 'x"; drop role "postgres' }, 'POSTGRES_NAME_INVALID'],
  [{ ...declared('x'), database: 'template1' }, 'POSTGRES_NAME_INVALID'],
  [{ ...declared('x'), role: 'pg_monitor' }, 'POSTGRES_NAME_INVALID'],
  [{ ...declared('x'), role: 'a'.repeat(64) }, 'POSTGRES_NAME_INVALID'],
  [{ ...declared('x'), password: '' }, 'POSTGRES_PASSWORD_INVALID'],
  [{ ...declared('x'), password: 'p\u0000' }, 'POSTGRES_PASSWORD_INVALID'],
] as const)('%o is refused before anything is sent', async ([declaration, code]) => {
  const nowhere = 'postgres://u:p@127.0.0.1:1/postgres'
  await expect(provisionDatabases(nowhere, [declaration], waiting())).rejects.toMatchObject({ code })
})

test('declarations that contradict each other are refused', async () => {
  const conflicts = [
    [declared('a', '1'), { ...declared('a', '2'), database: 'b_db' }],
    [declared('a'), { ...declared('a'), role: 'b_user' }],
  ]
  for (const each of conflicts) {
    const refused = provisionDatabases(adminUrl, each, waiting())
    await expect(refused).rejects.toMatchObject({ code: 'POSTGRES_DECLARATION_CONFLICT' })
  }
})

test('a password with every printable character works', async () => {
  const password = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
  await provisionDatabases(adminUrl, [declared('odd', password)], waiting())
  await pingPostgres(databaseUrl(adminUrl, declared('odd', password)), waiting())
})
