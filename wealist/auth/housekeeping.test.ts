import { expect, test } from 'vitest'
import { sweepExpired } from './housekeeping.ts'
import { openAuthWorld, openTestPostgres, PASSWORD } from './testing.ts'

test('what has expired is swept away, and nothing else', async () => {
  await using postgres = await openTestPostgres()
  await using world = await openAuthWorld(postgres)
  const browser = await world.signedIn('kept@example.com')
  const other = world.browser()
  await other.signIn('kept@example.com')
  await other.post('/sign-out')
  await browser.post('/sign-up', { email: 'never@example.com', password: PASSWORD, name: 'N', locale: 'en' })
  await world.mailTo('never@example.com')
  const { db } = world.auth.store
  const counts = async () => {
    const tables = ['accounts', 'sign_ups', 'one_time_tokens', 'sessions', 'ended_sessions'] as const
    const rows = tables.map((table) =>
      db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<string>().as('count'))
        .execute(),
    )
    return (await Promise.all(rows)).map(([row]) => Number(row?.count))
  }
  await sweepExpired(db, world.clock.now())
  expect(await counts()).toEqual([1, 1, 1, 2, 1])
  await sweepExpired(db, new Date(world.clock.now().getTime() + 25 * 3_600_000))
  expect(await counts()).toEqual([1, 0, 0, 2, 0])
  await sweepExpired(db, new Date(world.clock.now().getTime() + 8 * 24 * 3_600_000))
  expect(await counts()).toEqual([1, 0, 0, 1, 0])
  await sweepExpired(db, new Date(world.clock.now().getTime() + 31 * 24 * 3_600_000))
  expect(await counts()).toEqual([1, 0, 0, 0, 0])
})
