import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthWorld, openAuthWorld, openTestPostgres, PASSWORD, type TestBrowser, tokenOf } from '../testing.ts'

const releasers = new AsyncDisposableStack()
let world: AuthWorld
beforeAll(async () => {
  const postgres = releasers.use(await openTestPostgres())
  world = releasers.use(await openAuthWorld(postgres))
})
afterAll(() => releasers.disposeAsync())

/** An authenticator app. @param steps how many time steps its clock is ahead */
function codeOf(secret: string, steps = 0): string {
  const timestamp = world.clock.now().getTime() + steps * 30_000
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
}

interface Enrolled {
  readonly browser: TestBrowser
  readonly secret: string
  readonly recoveryCodes: readonly string[]
}

async function enrol(email: string): Promise<Enrolled> {
  const browser = await world.signedIn(email)
  const secret = (await browser.post('/totp/begin')).text('secret')
  const answer = await browser.post('/totp/confirm', { code: codeOf(secret, -1) })
  expect(answer.status).toBe(200)
  return { browser, secret, recoveryCodes: answer.list('recoveryCodes').map(String) }
}

async function challengeFor(browser: TestBrowser, email: string): Promise<string> {
  const answer = await browser.signIn(email)
  expect(answer).toMatchObject({ status: 200, body: { status: 'second-factor' } })
  return answer.text('challenge')
}

test('an app is set up, and from then on a sign-in asks for its code', async () => {
  const browser = await world.signedIn('app@example.com')
  const { body } = await browser.post('/totp/begin')
  expect(body).toMatchObject({
    secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
    uri: expect.stringMatching(/^otpauth:\/\/totp\/weAlist:app%40example\.com\?issuer=weAlist&secret=/),
  })
  expect((await browser.get('/me')).value('hasTotp')).toBe(false) // until a code was seen
  const secret = (await browser.post('/totp/begin')).text('secret') // anew, as often as one likes
  const confirmed = await browser.post('/totp/confirm', { code: codeOf(secret) })
  expect(confirmed.list('recoveryCodes')).toHaveLength(10)
  expect((await browser.get('/me')).body).toMatchObject({ hasTotp: true, recoveryCodeCount: 10 })
  expect((await world.mailTo('app@example.com')).subject).toBe('Two-step sign-in is on')
  const other = world.browser()
  const challenge = await challengeFor(other, 'app@example.com')
  expect(other.cookies.size).toBe(0)
  expect(await other.get('/me')).toMatchObject({ status: 401 })
  const answer = await other.post('/second-factor', { challenge, code: codeOf(secret, 1) })
  expect(answer).toMatchObject({ status: 200, body: { status: 'signed-in' } })
  expect(await other.get('/me')).toMatchObject({ status: 200 })
  expect(await browser.post('/totp/begin')).toMatchObject({ status: 409, body: { code: 'AUTH_TOTP_ON' } })
})

test('a code that was used is not taken again, nor an older one, nor by two at once', async () => {
  const { secret } = await enrol('replay@example.com')
  const code = codeOf(secret)
  const browsers = [world.browser(), world.browser()]
  const challenges = await Promise.all(browsers.map((browser) => challengeFor(browser, 'replay@example.com')))
  const answers = await Promise.all(
    browsers.map((browser, index) => browser.post('/second-factor', { challenge: challenges[index], code })),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.find(({ status }) => status === 400)?.body).toMatchObject({ code: 'AUTH_CODE_USED' })
  const later = world.browser()
  const challenge = await challengeFor(later, 'replay@example.com')
  for (const [old, refusal] of [
    [code, 'AUTH_CODE_USED'],
    [codeOf(secret, -1), 'AUTH_CODE_USED'],
    [codeOf(secret, 3), 'AUTH_CODE_WRONG'],
  ]) {
    expect((await later.post('/second-factor', { challenge, code: old })).body).toMatchObject({ code: refusal })
  }
})

test('a recovery code stands in for the app, once, however it is typed', async () => {
  const { browser, recoveryCodes } = await enrol('recovery@example.com')
  const [code = '', second = ''] = recoveryCodes
  const other = world.browser()
  const challenge = await challengeFor(other, 'recovery@example.com')
  const typed = ` ${code.toLowerCase().replace('-', ' ')} `
  expect(await other.post('/second-factor', { challenge, code: typed })).toMatchObject({ status: 200 })
  expect((await browser.get('/me')).value('recoveryCodeCount')).toBe(9)
  const again = await challengeFor(other, 'recovery@example.com')
  const refused = await other.post('/second-factor', { challenge: again, code })
  expect(refused).toMatchObject({
    status: 400,
    body: { code: 'AUTH_CODE_WRONG', details: { faults: [{ field: 'code' }] } },
  })
  const { recoveryCodes: foreign } = await enrol('foreign@example.com')
  expect(await other.post('/second-factor', { challenge: again, code: foreign[0] })).toMatchObject({ status: 400 })
  expect(await other.post('/second-factor', { challenge: again, code: second })).toMatchObject({ status: 200 })
})

test('new recovery codes void the old ones, and need a code', async () => {
  const { browser, secret, recoveryCodes } = await enrol('renew@example.com')
  expect(await browser.post('/recovery-codes', { code: '000000' })).toMatchObject({ status: 400 })
  const renewed = await browser.post('/recovery-codes', { code: codeOf(secret) })
  expect(renewed.list('recoveryCodes')).toHaveLength(10)
  const challenge = await challengeFor(browser, 'renew@example.com')
  expect(await browser.post('/second-factor', { challenge, code: recoveryCodes[0] })).toMatchObject({ status: 400 })
  const code = renewed.text('recoveryCodes', 0)
  expect(await browser.post('/second-factor', { challenge, code })).toMatchObject({ status: 200 })
})

test('a challenge ends after five wrong codes, after five minutes, and when it was answered', async () => {
  const { secret } = await enrol('wrong@example.com')
  const browser = world.browser()
  const tried = await challengeFor(browser, 'wrong@example.com')
  for (let guess = 0; guess < 5; guess += 1) {
    const answer = await browser.post('/second-factor', { challenge: tried, code: '000000' })
    expect(answer).toMatchObject({ status: 400, body: { code: 'AUTH_CODE_WRONG' } })
  }
  const invalid = { status: 401, body: { code: 'AUTH_CHALLENGE_INVALID' } }
  const right = () => ({ code: codeOf(secret, 1) })
  expect(await browser.post('/second-factor', { challenge: tried, ...right() })).toMatchObject(invalid)
  const late = await challengeFor(browser, 'wrong@example.com')
  world.clock.jump(301_000)
  expect(await browser.post('/second-factor', { challenge: late, ...right() })).toMatchObject(invalid)
  world.clock.jump(-301_000)
  const answered = await challengeFor(browser, 'wrong@example.com')
  expect(await browser.post('/second-factor', { challenge: answered, ...right() })).toMatchObject({ status: 200 })
  expect(await browser.post('/second-factor', { challenge: answered, ...right() })).toMatchObject(invalid)
  expect(await browser.post('/second-factor', { challenge: 'made up', code: '000000' })).toMatchObject(invalid)
})

test('codes are not guessed through ever new challenges', async () => {
  await enrol('sprayed@example.com')
  const codes: string[] = []
  const browser = world.browser()
  for (let round = 0; round < 3; round += 1) {
    const challenge = await challengeFor(browser, 'sprayed@example.com')
    for (let guess = 0; guess < 4; guess += 1) {
      codes.push((await browser.post('/second-factor', { challenge, code: '000000' })).text('code'))
    }
  }
  expect(codes).toEqual([...Array(10).fill('AUTH_CODE_WRONG'), 'AUTH_TOO_MANY_ATTEMPTS', 'AUTH_TOO_MANY_ATTEMPTS'])
})

test('the second factor is turned off by password and code, and then a password is enough', async () => {
  const { browser, secret } = await enrol('off@example.com')
  const code = codeOf(secret)
  const wrong = await browser.post('/totp/disable', { password: 'a wrong password', code })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'AUTH_PASSWORD_WRONG' } })
  expect(await browser.post('/totp/disable', { code })).toMatchObject({ body: { code: 'AUTH_PASSWORD_WRONG' } })
  expect(await browser.post('/totp/disable', { password: PASSWORD, code: '000000' })).toMatchObject({ status: 400 })
  const halfDone = await challengeFor(world.browser(), 'off@example.com')
  expect(await browser.post('/totp/disable', { password: PASSWORD, code })).toMatchObject({ status: 204 })
  expect(await world.browser().signIn('off@example.com')).toMatchObject({ body: { status: 'signed-in' } })
  expect(await world.browser().post('/second-factor', { challenge: halfDone, code })).toMatchObject({ status: 401 })
  expect(await browser.post('/totp/disable', { password: PASSWORD, code })).toMatchObject({
    status: 409,
    body: { code: 'AUTH_TOTP_OFF' },
  })
})

test('a challenge of before a new password is void', async () => {
  const { secret } = await enrol('changed@example.com')
  const browser = world.browser()
  const challenge = await challengeFor(browser, 'changed@example.com')
  await world.mailTo('changed@example.com')
  await browser.post('/password/forgot', { email: 'changed@example.com' })
  const token = tokenOf(await world.mailTo('changed@example.com'))
  await browser.post('/password/reset', { token, password: 'another battery staple' })
  const answer = await browser.post('/second-factor', { challenge, code: codeOf(secret) })
  expect(answer).toMatchObject({ status: 401 })
  expect(browser.cookies.size).toBe(0)
})

test('the secret of the app is not in the database as it is', async () => {
  const { secret } = await enrol('sealed@example.com')
  const rows = await world.auth.store.db.selectFrom('totp_secrets').select('sealed').execute()
  expect(rows.every(({ sealed }) => sealed.startsWith('v1.') && !sealed.includes(secret))).toBe(true)
})
