import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { openPool } from './pool.ts'
import { openTestDatabase, openTestPostgres } from './testing.ts'
import { backoffMs, withTransaction } from './transaction.ts'

interface Tables {
  counter: { id: number; value: number }
}

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const database = await openTestDatabase(server)
const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })

async function openCounters() {
  const pool = await openPool<Tables>(database.url, { sizeLimit: 8 }, waiting())
  await sql`drop table if exists counter`.execute(pool.db)
  await sql`create table counter as select id, 0 as value from generate_series(1, 2) as id`.execute(pool.db)
  return pool
}

test('serializable increments that collide all count', async () => {
  await using pool = await openCounters()
  let attemptCount = 0
  const increment = () =>
    withTransaction(
      pool,
      async (tx) => {
        attemptCount += 1
        const { value } = await tx.selectFrom('counter').select('value').where('id', '=', 1).executeTakeFirstOrThrow()
        await tx
          .updateTable('counter')
          .set({ value: value + 1 })
          .where('id', '=', 1)
          .execute()
      },
      { ...waiting(), isolationLevel: 'serializable', attemptLimit: 50 },
    )
  await Promise.all(Array.from({ length: 8 }, increment))
  expect(await pool.db.selectFrom('counter').select('value').where('id', '=', 1).executeTakeFirst()).toEqual({
    value: 8,
  })
  expect(attemptCount).toBeGreaterThan(8)
})

test('of two transactions that deadlock both are done in the end', async () => {
  await using admin = await openPool<unknown>(server.adminUrl, { sizeLimit: 1 }, waiting())
  await sql`alter role ${sql.id(database.role)} set deadlock_timeout = '20ms'`.execute(admin.db)
  await using pool = await openCounters()
  const bothHold = Promise.withResolvers<void>()
  let holderCount = 0
  const update = (first: number, second: number) =>
    withTransaction(
      pool,
      async (tx) => {
        await tx.updateTable('counter').set({ value: 1 }).where('id', '=', first).execute()
        holderCount += 1
        if (holderCount === 2) bothHold.resolve()
        await bothHold.promise
        await tx.updateTable('counter').set({ value: 1 }).where('id', '=', second).execute()
      },
      waiting(),
    )
  await Promise.all([update(1, 2), update(2, 1)])
  expect(holderCount).toBe(3)
})

test('a transaction that keeps conflicting is given up with the last conflict as the cause', async () => {
  await using pool = await openCounters()
  let attemptCount = 0
  const work = withTransaction(
    pool,
    async (tx) => {
      attemptCount += 1
      await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`.execute(tx)
    },
    { ...waiting(), attemptLimit: 3 },
  )
  await expect(work).rejects.toMatchObject({ code: 'POSTGRES_TRANSACTION_CONFLICT', cause: { code: '40001' } })
  expect(attemptCount).toBe(3)
})

test('any other error ends the transaction at once and undoes it', async () => {
  await using pool = await openCounters()
  let attemptCount = 0
  const work = withTransaction(
    pool,
    async (tx) => {
      attemptCount += 1
      await tx.updateTable('counter').set({ value: 9 }).execute()
      throw new RangeError('not today')
    },
    waiting(),
  )
  await expect(work).rejects.toThrow(RangeError)
  expect(attemptCount).toBe(1)
  expect(await pool.db.selectFrom('counter').select('value').execute()).toEqual([{ value: 0 }, { value: 0 }])
})

test('a delay is never negative, grows with the attempts and stays below half a second', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const delayMs = backoffMs(attempt, random)
      return delayMs >= 0 && delayMs <= 500 && delayMs <= backoffMs(attempt + 1, random)
    }),
  )
})
