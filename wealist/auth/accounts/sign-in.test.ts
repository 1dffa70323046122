import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthWorld, openAuthWorld, openTestPostgres, PASSWORD, tokenOf } from '../testing.ts'

const releasers = new AsyncDisposableStack()
let world: AuthWorld
beforeAll(async () => {
  const postgres = releasers.use(await openTestPostgres())
  world = releasers.use(await openAuthWorld(postgres))
})
afterAll(() => releasers.disposeAsync())

test('who signs up, confirms the address and signs in has a session of their own', async () => {
  const browser = world.browser()
  const draft = {
    email: 'Mina@Example.com',
    password: PASSWORD,
    name: ' 김미나 ',
    locale: 'ko',
    next: '/invitations/abc',
  }
  expect(await browser.post('/sign-up', draft)).toMatchObject({ status: 202, body: { status: 'verification-sent' } })
  const mail = await world.mailTo('mina@example.com')
  expect(mail.subject).toBe('weAlist 이메일 주소를 확인해 주세요')
  expect(await browser.post('/email/verify', { token: tokenOf(mail), password: PASSWORD })).toMatchObject({
    status: 200,
    body: { status: 'verified', email: 'mina@example.com', next: '/invitations/abc' },
  })
  expect(browser.cookies.size).toBe(0) // a link signs nobody in
  const answer = await browser.signIn('mina@EXAMPLE.com')
  expect(answer).toMatchObject({ status: 200, body: { status: 'signed-in' } })
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^__Host-wealist-access=[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=600$/),
    expect.stringMatching(
      /^__Host-wealist-refresh=[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=25(92000|91999)$/,
    ),
  ])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const me = await browser.get('/me')
  expect(me).toMatchObject({
    status: 200,
    body: { email: 'mina@example.com', emailVerified: true, hasPassword: true, hasTotp: false, isOperator: false },
  })
})

test('sign-in says the same of an unknown address, a wrong password and an account without one, after the same work', async () => {
  await world.signUp('known@example.com')
  await world.auth.store.db
    .insertInto('accounts')
    .values({
      id: randomUUID(),
      email: 'by-provider@example.com',
      name: 'P',
      locale: 'ko',
      password_hash: null,
      created_at: new Date(),
    })
    .execute()
  const answers: unknown[] = []
  for (const email of ['known@example.com', 'unknown@example.com', 'by-provider@example.com']) {
    const before = world.hashCount
    const { status, body, headers } = await world.browser().signIn(email, 'a wrong password')
    answers.push({ status, body: { ...Object(body), requestId: '' }, challenge: headers.get('www-authenticate') })
    expect(world.hashCount - before).toBe(1)
  }
  expect(answers[0]).toMatchObject({ status: 401, body: { code: 'AUTH_CREDENTIALS_WRONG' } })
  expect(answers).toEqual(answers.map(() => answers[0]))
})

test('sign-up says the same of a known address, after the same work, and its owner gets a mail', async () => {
  await world.signUp('taken@example.com', { locale: 'ko' })
  const count = (email: string) => {
    const before = world.hashCount
    const draft = { email, password: PASSWORD, name: 'Somebody', locale: 'en' }
    return world
      .browser()
      .post('/sign-up', draft)
      .then(({ status, body }) => ({ status, body, work: world.hashCount - before }))
  }
  expect(await count('taken@example.com')).toEqual(await count('free@example.com'))
  const mail = await world.mailTo('taken@example.com')
  expect(mail.subject).toBe('이미 weAlist 계정이 있습니다') // in the language of its owner, not of the stranger
  expect(mail.text).not.toContain('token=')
})

test('before the address is confirmed, the right password says so and a wrong one nothing', async () => {
  const browser = world.browser()
  await browser.post('/sign-up', { email: 'early@example.com', password: PASSWORD, name: 'E', locale: 'en' })
  expect(await browser.signIn('early@example.com')).toMatchObject({
    status: 403,
    body: { code: 'AUTH_EMAIL_UNVERIFIED' },
  })
  expect(await browser.signIn('early@example.com', 'a wrong password')).toMatchObject({ status: 401 })
  const first = tokenOf(await world.mailTo('early@example.com'))
  expect(await browser.post('/email/resend', { email: 'early@example.com' })).toMatchObject({ status: 202 })
  const second = tokenOf(await world.mailTo('early@example.com'))
  expect(second).not.toBe(first)
  expect(await browser.post('/email/verify', { token: second, password: PASSWORD })).toMatchObject({ status: 200 })
  expect(await browser.post('/email/verify', { token: first, password: PASSWORD })).toMatchObject({
    status: 400,
    body: { code: 'AUTH_LINK_INVALID' },
  })
  expect(await browser.signIn('early@example.com')).toMatchObject({ status: 200 })
})

test("somebody who signs up with another one's address does not choose the password of their account", async () => {
  const [attacker, owner] = [world.browser(), world.browser()]
  const email = 'victim@example.com'
  await attacker.post('/sign-up', { email, password: 'the attacker knows', name: 'A', locale: 'en' })
  await world.mailTo(email)
  await owner.post('/sign-up', { email, password: PASSWORD, name: 'V', locale: 'en' })
  await owner.post('/email/verify', { token: tokenOf(await world.mailTo(email)), password: PASSWORD })
  expect(await attacker.signIn(email, 'the attacker knows')).toMatchObject({ status: 401 })
  expect(await owner.signIn(email)).toMatchObject({ status: 200 })
})

test('whoever opens the link of a stranger does not confirm the password that the stranger chose', async () => {
  const [attacker, owner] = [world.browser(), world.browser()]
  const email = 'hijack@example.com'
  await owner.post('/sign-up', { email, password: PASSWORD, name: 'V', locale: 'en' })
  await world.mailTo(email)
  await attacker.post('/sign-up', { email, password: 'the attacker knows', name: 'A', locale: 'en' })
  await world.mailTo(email)
  await owner.post('/email/resend', { email })
  const token = tokenOf(await world.mailTo(email)) // of the attacker's: it is the last one
  expect(await owner.post('/email/verify', { token, password: PASSWORD })).toMatchObject({
    status: 400,
    body: { code: 'AUTH_PASSWORD_WRONG', details: { faults: [{ field: 'password' }] } },
  })
  expect(await attacker.signIn(email, 'the attacker knows')).toMatchObject({ status: 403 })
})

test('a link of a sign-up works once, not after a day, and of two at once for one', async () => {
  const browser = world.browser()
  await browser.post('/sign-up', { email: 'once@example.com', password: PASSWORD, name: 'O', locale: 'en' })
  const token = tokenOf(await world.mailTo('once@example.com'))
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => browser.post('/email/verify', { token, password: PASSWORD })),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 400)).toHaveLength(3)
  await browser.post('/sign-up', { email: 'late@example.com', password: PASSWORD, name: 'L', locale: 'en' })
  const late = tokenOf(await world.mailTo('late@example.com'))
  world.clock.jump(24 * 3_600_000)
  expect(await browser.post('/email/verify', { token: late, password: PASSWORD })).toMatchObject({
    body: { code: 'AUTH_LINK_INVALID' },
  })
  world.clock.jump(-24 * 3_600_000)
  for (const made of ['x', 'A'.repeat(43), '../..']) {
    expect(await browser.post('/email/verify', { token: made, password: PASSWORD })).toMatchObject({
      status: 400,
      body: { code: 'AUTH_LINK_INVALID' },
    })
  }
})

test('guessing one account is slowed down, also for the right password, and only from there', async () => {
  await world.signUp('guessed@example.com')
  const guesser = world.browser()
  for (let guess = 0; guess < 5; guess += 1) {
    expect(await guesser.signIn('guessed@example.com', `guess number ${guess}`)).toMatchObject({ status: 401 })
  }
  const stopped = await guesser.signIn('guessed@example.com')
  expect(stopped).toMatchObject({ status: 429, body: { code: 'AUTH_TOO_MANY_ATTEMPTS' } })
  const retryAfter = Number(stopped.headers.get('retry-after'))
  expect(retryAfter).toBeGreaterThan(0)
  expect(retryAfter).toBeLessThanOrEqual(60)
  expect(await world.browser().signIn('guessed@example.com')).toMatchObject({ status: 200 })
  const unknown = world.browser()
  for (let guess = 0; guess < 5; guess += 1) await unknown.signIn('nobody@example.com')
  expect(await unknown.signIn('nobody@example.com')).toMatchObject({ status: 429 }) // no way to tell who has an account
})

test('guesses that come at once are counted as well', async () => {
  await world.signUp('parallel@example.com')
  const guesser = world.browser()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, guess) => guesser.signIn('parallel@example.com', `guess number ${guess}`)),
  )
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(5)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
})

test('a right sign-in forgives the wrong ones before it', async () => {
  const browser = await world.signUp('forgetful@example.com')
  for (let round = 0; round < 3; round += 1) {
    for (let wrong = 0; wrong < 3; wrong += 1) await browser.signIn('forgetful@example.com', 'a wrong password')
    expect(await browser.signIn('forgetful@example.com')).toMatchObject({ status: 200 })
  }
})

test.for([
  [{ email: 'no address', password: PASSWORD, name: 'N', locale: 'en' }, 'AUTH_INPUT_INVALID', 'email'],
  [{ email: 'a@b, c@d', password: PASSWORD, name: 'N', locale: 'en' }, 'AUTH_INPUT_INVALID', 'email'],
  [
    { email: 'a@b.example\r\nBcc: c@d.example', password: PASSWORD, name: 'N', locale: 'en' },
    'AUTH_INPUT_INVALID',
    'email',
  ],
  [{ email: '"a b"@example.com', password: PASSWORD, name: 'N', locale: 'en' }, 'AUTH_INPUT_INVALID', 'email'],
  [{ email: 'a@[127.0.0.1]', password: PASSWORD, name: 'N', locale: 'en' }, 'AUTH_INPUT_INVALID', 'email'],
  [{ email: 'n@example.com', password: 'short', name: 'N', locale: 'en' }, 'IDENTITY_PASSWORD_REFUSED', 'password'],
  [{ email: 'n@example.com', password: 'password', name: 'N', locale: 'en' }, 'IDENTITY_PASSWORD_REFUSED', 'password'],
  [
    { email: 'long.name@example.com', password: 'long.name1', name: 'N', locale: 'en' },
    'IDENTITY_PASSWORD_REFUSED',
    'password',
  ],
  [
    { email: 'n@example.com', password: 'x'.repeat(300), name: 'N', locale: 'en' },
    'IDENTITY_PASSWORD_REFUSED',
    'password',
  ],
  [{ email: 'n@example.com', password: PASSWORD, name: ' ', locale: 'en' }, 'SERVICE_REQUEST_INVALID', 'name'],
  [
    { email: 'n@example.com', password: PASSWORD, name: 'N\r\nBcc: x', locale: 'en' },
    'SERVICE_REQUEST_INVALID',
    'name',
  ],
  [
    { email: 'n@example.com', password: PASSWORD, name: 'x'.repeat(81), locale: 'en' },
    'SERVICE_REQUEST_INVALID',
    'name',
  ],
  [{ email: 'n@example.com', password: PASSWORD, name: 'N', locale: 'fr' }, 'SERVICE_REQUEST_INVALID', 'locale'],
  [{ email: 'n@example.com', password: PASSWORD, name: 'N' }, 'SERVICE_REQUEST_INVALID', 'locale'],
  [
    { email: 'n@example.com', password: PASSWORD, name: 'N', locale: 'en', isAdmin: true },
    'SERVICE_REQUEST_INVALID',
    'isAdmin',
  ],
] as const)('sign-up %$ is refused by field and reason', async ([draft, code, field]) => {
  const answer = await world.browser().post('/sign-up', draft)
  expect(answer).toMatchObject({ status: 400, body: { code, details: { faults: [{ field }] } } })
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
})

test('a foreign page can neither sign somebody in nor up, and a form cannot either', async () => {
  await world.signUp('csrf@example.com')
  const body = { email: 'csrf@example.com', password: PASSWORD }
  const browser = world.browser()
  for (const origin of ['https://evil.example', 'null', 'http://localhost:3001']) {
    const answer = await browser.send('POST', '/api/auth/sign-in', { body, headers: { origin } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'IDENTITY_ORIGIN_REFUSED' } })
  }
  const form = { 'content-type': 'text/plain' }
  expect(await browser.send('POST', '/api/auth/sign-in', { body, headers: form })).toMatchObject({ status: 400 })
  expect(browser.cookies.size).toBe(0)
})

test('a next path that leads away is dropped', async () => {
  for (const [index, next] of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:1'].entries()) {
    const email = `away${index}@example.com`
    const browser = world.browser()
    await browser.post('/sign-up', { email, password: PASSWORD, name: 'A', locale: 'en', next })
    const { body } = await browser.post('/email/verify', {
      token: tokenOf(await world.mailTo(email)),
      password: PASSWORD,
    })
    expect(body).toEqual({ status: 'verified', email })
  }
})

test('a password of other characters that look the same is the same', async () => {
  const browser = world.browser()
  const [composed, decomposed] = ['비밀번호가 깁니다'.normalize('NFC'), '비밀번호가 깁니다'.normalize('NFD')]
  await browser.post('/sign-up', { email: 'hangul@example.com', password: composed, name: 'H', locale: 'ko' })
  await browser.post('/email/verify', { token: tokenOf(await world.mailTo('hangul@example.com')), password: composed })
  expect(await browser.signIn('hangul@example.com', decomposed)).toMatchObject({ status: 200 })
})
