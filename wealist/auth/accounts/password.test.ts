import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthWorld, openAuthWorld, openTestPostgres, PASSWORD, tokenOf } from '../testing.ts'

const NEXT = 'another battery staple'
const releasers = new AsyncDisposableStack()
let world: AuthWorld
beforeAll(async () => {
  const postgres = releasers.use(await openTestPostgres())
  world = releasers.use(await openAuthWorld(postgres))
})
afterAll(() => releasers.disposeAsync())

async function resetToken(email: string): Promise<string> {
  expect(await world.browser().post('/password/forgot', { email })).toMatchObject({ status: 202 })
  const mail = await world.mailTo(email)
  return tokenOf(mail)
}

test('a forgotten password is replaced by the link of a mail, and all sessions end', async () => {
  const browser = await world.signedIn('forgot@example.com')
  const token = await resetToken('forgot@example.com')
  expect(await world.browser().post('/password/reset', { token, password: NEXT })).toMatchObject({ status: 204 })
  await expect.poll(async () => (await browser.get('/me')).status).toBe(401)
  expect((await world.mailTo('forgot@example.com')).subject).toBe('Your weAlist password was changed')
  expect(await world.browser().signIn('forgot@example.com')).toMatchObject({ status: 401 })
  expect(await world.browser().signIn('forgot@example.com', NEXT)).toMatchObject({ status: 200 })
})

test('whoever resets a password throws out programs too', async () => {
  const browser = await world.signedIn('programs@example.com')
  expect(await browser.post('/tokens', { name: 'left behind', scopes: ['admin'] })).toMatchObject({ status: 201 })
  const token = await resetToken('programs@example.com')
  await world.browser().post('/password/reset', { token, password: NEXT })
  const again = world.browser()
  expect(await again.signIn('programs@example.com', NEXT)).toMatchObject({ status: 200 })
  expect(await again.get('/tokens')).toMatchObject({ status: 200, body: { tokens: [] } })
})

test('the answer is the same for an address without an account, which gets no mail', async () => {
  await world.signUp('has@example.com')
  const [known, unknown] = await Promise.all(
    ['has@example.com', 'has-not@example.com'].map((email) => world.browser().post('/password/forgot', { email })),
  )
  expect(unknown).toMatchObject({ status: 202, body: known?.body })
  await world.mailTo('has@example.com')
  await expect.poll(() => world.auth.store.db.selectFrom('mails').select('id').execute()).toEqual([])
  expect(world.mailServer.mails.flatMap(({ to }) => to)).not.toContainEqual(
    expect.objectContaining({ address: 'has-not@example.com' }),
  )
})

test('a link is good once and for an hour, a new one does not void the older, a used one voids all', async () => {
  await world.signUp('links@example.com')
  const [first, second] = [await resetToken('links@example.com'), await resetToken('links@example.com')]
  expect(await world.browser().post('/password/reset', { token: first, password: NEXT })).toMatchObject({ status: 204 })
  for (const token of [first, second]) {
    const answer = await world.browser().post('/password/reset', { token, password: 'yet another phrase' })
    expect(answer).toMatchObject({ status: 400, body: { code: 'AUTH_LINK_INVALID' } })
  }
  await world.mailTo('links@example.com') // that it was changed
  const late = await resetToken('links@example.com')
  world.clock.jump(3_600_000)
  const answer = await world.browser().post('/password/reset', { token: late, password: 'yet another phrase' })
  expect(answer).toMatchObject({ status: 400, body: { code: 'AUTH_LINK_INVALID' } })
  world.clock.jump(-3_600_000)
})

test('a link of a sign-up sets no password, and one for a password confirms no address', async () => {
  const browser = await world.signUp('purpose@example.com')
  await browser.post('/sign-up', { email: 'other@example.com', password: PASSWORD, name: 'O', locale: 'en' })
  const signUpToken = tokenOf(await world.mailTo('other@example.com'))
  const token = await resetToken('purpose@example.com')
  const invalid = { status: 400, body: { code: 'AUTH_LINK_INVALID' } }
  expect(await browser.post('/password/reset', { token: signUpToken, password: NEXT })).toMatchObject(invalid)
  expect(await browser.post('/email/verify', { token, password: PASSWORD })).toMatchObject(invalid)
  expect(await browser.post('/email/verify', { token: signUpToken, password: PASSWORD })).toMatchObject({ status: 200 })
  expect(await browser.post('/password/reset', { token, password: NEXT })).toMatchObject({ status: 204 })
})

test('a new password that is refused leaves the link as it was', async () => {
  await world.signUp('weak@example.com')
  const token = await resetToken('weak@example.com')
  const refused = await world.browser().post('/password/reset', { token, password: 'short' })
  expect(refused).toMatchObject({
    status: 400,
    body: { code: 'IDENTITY_PASSWORD_REFUSED', details: { faults: [{ field: 'password', rule: 'too-short' }] } },
  })
  expect(await world.browser().post('/password/reset', { token, password: NEXT })).toMatchObject({ status: 204 })
})

test('who is signed in changes the password, stays signed in, and other devices do not', async () => {
  const browser = await world.signedIn('change@example.com')
  const other = world.browser()
  await other.signIn('change@example.com')
  expect(await browser.post('/password/change', { current: PASSWORD, next: NEXT })).toMatchObject({ status: 204 })
  await expect.poll(async () => (await other.get('/me')).status).toBe(401)
  expect(await browser.get('/me')).toMatchObject({ status: 200 })
  expect(await world.browser().signIn('change@example.com', NEXT)).toMatchObject({ status: 200 })
})

test('a change needs the present password and a good new one, and cannot be guessed', async () => {
  const browser = await world.signedIn('guess@example.com')
  const weak = await browser.post('/password/change', { current: PASSWORD, next: 'guess@example.com' })
  expect(weak).toMatchObject({ status: 400, body: { details: { faults: [{ field: 'next', rule: 'has-email' }] } } })
  for (let guess = 0; guess < 5; guess += 1) {
    const answer = await browser.post('/password/change', { current: `guess number ${guess}`, next: NEXT })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'AUTH_PASSWORD_WRONG', details: { faults: [{ field: 'current' }] } },
    })
  }
  const stopped = await browser.post('/password/change', { current: PASSWORD, next: NEXT })
  expect(stopped).toMatchObject({ status: 429, body: { code: 'AUTH_TOO_MANY_ATTEMPTS' } })
})

test('nobody fills the box of somebody else by asking for links', async () => {
  await world.signUp('flooded@example.com')
  const statuses: number[] = []
  for (let mail = 0; mail < 5; mail += 1) {
    statuses.push((await world.browser().post('/password/forgot', { email: 'flooded@example.com' })).status)
  }
  expect(statuses).toEqual([202, 202, 202, 429, 429]) // the mail of the sign-up counts too
})
