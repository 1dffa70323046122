import { openTestDatabase } from '@portolan/postgres/testing'
import { expect, test } from 'vitest'
import { openAuthWorld, openTestPostgres, PASSWORD } from './testing.ts'

test('while PostgreSQL is gone requests fail clearly and soon, and when it is back everything works by itself', async () => {
  await using postgres = await openTestPostgres()
  await using world = await openAuthWorld(postgres)
  const browser = await world.signedIn('outage@example.com')
  await postgres.stop('SIGKILL')
  const gone = { status: 503, body: { code: 'AUTH_STORE_UNAVAILABLE' } }
  const asked = [
    world.browser().signIn('outage@example.com'),
    world.browser().post('/sign-up', { email: 'x@example.com', password: PASSWORD, name: 'X', locale: 'en' }),
    browser.get('/me'),
    browser.get('/sessions'),
    browser.copy().post('/refresh'),
    world.browser().post('/password/forgot', { email: 'outage@example.com' }),
    world.internal('GET', '/ended-sessions'),
  ]
  const startedAt = performance.now()
  for (const answer of await Promise.all(asked)) {
    expect(answer).toMatchObject(gone)
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(JSON.stringify(answer.body)).not.toMatch(/127\.0|postgres/i)
  }
  expect(performance.now() - startedAt).toBeLessThan(8_000)
  expect(await world.browser().send('GET', '/ready')).toMatchObject({ status: 503 })
  expect(await world.browser().send('GET', '/health')).toMatchObject({ status: 200 })
  expect(await world.browser().get('/jwks.json')).toMatchObject({ status: 200 }) // others can still check tokens
  await postgres.start()
  await expect.poll(async () => (await world.browser().signIn('outage@example.com')).status).toBe(200)
  await expect.poll(async () => (await world.browser().send('GET', '/ready')).status).toBe(200)
  expect(await browser.post('/refresh')).toMatchObject({ status: 200 })
  await world.signUp('after@example.com') // with its mail
})

test('while the bus is gone nobody can guess, and who is signed in goes on', async () => {
  await using postgres = await openTestPostgres()
  await using busServer = await openTestPostgres()
  await using busDatabase = await openTestDatabase(busServer)
  await using world = await openAuthWorld(postgres, { busUrl: busDatabase.url })
  const browser = await world.signedIn('bus@example.com')
  await busServer.stop('SIGKILL')
  const guess = await world.browser().signIn('bus@example.com')
  expect(guess).toMatchObject({ status: 503, body: { code: 'AUTH_STORE_UNAVAILABLE' } })
  expect(await browser.post('/refresh')).toMatchObject({ status: 200 })
  expect(await browser.get('/me')).toMatchObject({ status: 200 })
  const copy = browser.copy()
  expect(await browser.post('/sign-out')).toMatchObject({ status: 204 }) // said by the list of ended sessions
  await expect.poll(async () => (await copy.get('/me')).status).toBe(401)
  await busServer.start()
  await expect.poll(async () => (await world.browser().signIn('bus@example.com')).status).toBe(200)
})
