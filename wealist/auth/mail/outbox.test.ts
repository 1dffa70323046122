import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuthWorld, openAuthWorld, openTestPostgres, PASSWORD, type TestPostgres, tokenOf } from '../testing.ts'
import { fileTransport } from './file-transport.ts'
import { retryDelayMs } from './retry-delay.ts'

const releasers = new AsyncDisposableStack()
let postgres: TestPostgres
let world: AuthWorld
beforeAll(async () => {
  postgres = releasers.use(await openTestPostgres())
  world = releasers.use(await openAuthWorld(postgres))
})
afterAll(() => releasers.disposeAsync())

async function forget(email: string) {
  expect((await world.browser().post('/password/forgot', { email })).status).toBe(202)
}

test('a mail has a text and an HTML part with the link, in the language of its reader', async () => {
  await world.signUp('reader@example.com', { locale: 'ko', name: '<b>미나</b> & "x"' })
  await forget('reader@example.com')
  const mail = await world.mailTo('reader@example.com')
  expect(mail).toMatchObject({
    subject: 'weAlist 비밀번호를 새로 정하세요',
    from: { name: 'weAlist', address: 'no-reply@example.com' },
    messageId: expect.stringMatching(/^<[\da-f-]{36}@example\.com>$/),
  })
  expect(mail.text).toMatch(/http:\/\/localhost:3000\/reset-password#token=[\w-]{43}\n/)
  expect(mail.html).toContain('&lt;b&gt;미나&lt;/b&gt; &amp; &quot;x&quot;')
  expect(mail.html).toContain(`href="http://localhost:3000/reset-password#token=${tokenOf(mail)}"`)
})

test('a mail that the server refuses for now is tried again after growing delays, and operators see it', async () => {
  const operator = await world.signedIn('operator@example.com')
  await world.signUp('waiting@example.com')
  world.mailServer.refusal = 451
  await forget('waiting@example.com')
  const failures = async () => (await operator.get('/mail-failures')).body
  await expect.poll(failures).toMatchObject({
    failures: [
      {
        template: 'password-reset',
        to: 'waiting@example.com',
        attemptCount: 1,
        reason: expect.stringContaining('Refused'),
      },
    ],
  })
  const first = Date.parse((await operator.get('/mail-failures')).text('failures', 0, 'nextAttemptAt'))
  world.clock.jump(retryDelayMs(1))
  // An attempt is counted when it begins, and waits in its claim meanwhile; its end says when the next one is.
  const second = async () => Date.parse((await operator.get('/mail-failures')).text('failures', 0, 'nextAttemptAt'))
  const isGrown = (delayMs: number) => delayMs >= retryDelayMs(2) && delayMs < retryDelayMs(3)
  await expect.poll(async () => (await second()) - first).toSatisfy(isGrown)
  await expect.poll(failures).toMatchObject({ failures: [{ attemptCount: 2 }] })
  world.mailServer.refusal = undefined
  world.clock.jump(retryDelayMs(2))
  expect(tokenOf(await world.mailTo('waiting@example.com'))).not.toBe('')
  await expect.poll(failures).toEqual({ failures: [] })
  world.clock.jump(-retryDelayMs(1) - retryDelayMs(2))
})

test('a mail that the server refuses for good is given up, and stays in the list', async () => {
  const operator = world.browser()
  await operator.signIn('operator@example.com')
  await world.signUp('gone@example.com')
  world.mailServer.refusal = 550
  await forget('gone@example.com')
  await expect
    .poll(async () => (await operator.get('/mail-failures')).body)
    .toMatchObject({
      failures: [{ to: 'gone@example.com', attemptCount: 1, nextAttemptAt: null }],
    })
  world.mailServer.refusal = undefined
})

test('a mail that cannot be handed over for a day is given up', async () => {
  await world.signUp('day@example.com')
  world.mailServer.refusal = 451
  await forget('day@example.com')
  const { db } = world.auth.store
  const states = () =>
    db
      .selectFrom('mails')
      .select(['state', 'attempt_count', 'last_error'])
      .where('recipient', '=', 'day@example.com')
      .execute()
  await expect.poll(states).toEqual([{ state: 'waiting', attempt_count: 1, last_error: expect.any(String) }])
  world.clock.jump(24 * 3_600_000)
  await expect.poll(states).toEqual([{ state: 'failed', attempt_count: 2, last_error: expect.any(String) }])
  world.clock.jump(-24 * 3_600_000)
  world.mailServer.refusal = undefined
})

test('who is no operator sees nothing of it', async () => {
  const browser = await world.signedIn('curious@example.com')
  expect(await browser.get('/mail-failures')).toMatchObject({ status: 403, body: { code: 'AUTH_OPERATOR_REQUIRED' } })
  expect(await world.browser().get('/mail-failures')).toMatchObject({ status: 401 })
})

test('a mail server that is not there holds nobody up, and the mail is kept', async () => {
  await using lonely = await openAuthWorld(postgres)
  const { port } = new URL(lonely.mailServer.url)
  await lonely.mailServer[Symbol.asyncDispose]()
  const draft = { email: 'lonely@example.com', password: PASSWORD, name: 'L', locale: 'en' }
  expect(await lonely.browser().post('/sign-up', draft)).toMatchObject({ status: 202 })
  const { db } = lonely.auth.store
  const errors = () => db.selectFrom('mails').select('last_error').execute()
  await expect.poll(errors).toEqual([{ last_error: expect.stringContaining(port) }])
})

test('two processes do not send a mail twice', async () => {
  const { origin } = await world.openReplica()
  const emails = Array.from({ length: 12 }, (_, index) => `twice${index}@example.com`)
  await Promise.all(
    emails.map((email, index) =>
      world
        .browser(index % 2 === 0 ? origin : undefined)
        .post('/sign-up', { email, password: PASSWORD, name: 'T', locale: 'en' }),
    ),
  )
  for (const email of emails) await world.mailTo(email)
  await expect
    .poll(() => world.auth.store.db.selectFrom('mails').select('id').where('state', '=', 'waiting').execute())
    .toEqual([])
  expect(world.mailServer.mails.filter(({ to }) => emails.includes(to?.[0]?.address ?? ''))).toEqual([])
})

test('nothing that somebody chose gets into the headers of a mail, or makes a link in its text', async () => {
  const body = {
    template: 'invitation',
    to: 'guest@example.com',
    locale: 'en',
    parameters: {
      inviter: 'Eve\r\nBcc: everybody@example.com\u2028 https://evil.example',
      workspace: '<img src=x onerror=alert(1)> \u0000\ud800\u202egnp.exe',
      path: '/invitations/abc',
    },
  }
  expect(await world.internal('POST', '/mails', body)).toMatchObject({ status: 202 })
  const mail = await world.mailTo('guest@example.com')
  expect(mail.bcc).toBeUndefined()
  expect(mail.headers.map(({ key }) => key)).not.toContain('bcc')
  expect(mail.subject).toMatch(/^Eve Bcc: everybody example com https evil example invites you to “<img src=x/)
  expect(`${mail.subject}${mail.text}`).not.toMatch(/[\u2028\u202e]|evil\.example/)
  expect(mail.html).not.toContain('<img')
  expect(mail.text).toContain('http://localhost:3000/invitations/abc')
})

test.for([
  [{ to: 'a@b.example, c@d.example' }, 'to'],
  [{ to: 'a@b.example\r\nBcc: c@d.example' }, 'to'],
  [{ locale: 'fr' }, 'locale'],
  [{ template: 'verify-email' }, 'template'],
  [{ parameters: { inviter: 'I', workspace: 'W', path: '//evil.example' } }, 'parameters.path'],
  [{ parameters: { inviter: 'I', workspace: 'W' } }, 'parameters.path'],
] as const)('an invitation with %$ is refused', async ([change, field]) => {
  const parameters = { inviter: 'I', workspace: 'W', path: '/invitations/abc' }
  const body = { template: 'invitation', to: 'guest@example.com', locale: 'en', parameters, ...change }
  const answer = await world.internal('POST', '/mails', body)
  expect(answer).toMatchObject({ status: 400, body: { details: { faults: [{ field }] } } })
})

test('without a mail server mails become files, and the link a line in the log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wealist-outbox-'))
  const lines: string[] = []
  const sender = { from: 'weAlist <no-reply@localhost>', domain: 'localhost' }
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  await using filed = await openAuthWorld(postgres, {
    transport: fileTransport(join(folder, 'outbox'), sender, logger),
  })
  await filed.browser().post('/sign-up', { email: 'file@example.com', password: PASSWORD, name: 'F', locale: 'en' })
  await expect.poll(() => lines.join()).toContain('"link":"http://localhost:3000/verify-email#token=')
  const [name = ''] = await readdir(join(folder, 'outbox'))
  const mail = await PostalMime.parse(await readFile(join(folder, 'outbox', name)))
  expect(await filed.browser().post('/email/verify', { token: tokenOf(mail), password: PASSWORD })).toMatchObject({
    status: 200,
  })
  await rm(folder, { recursive: true })
})
