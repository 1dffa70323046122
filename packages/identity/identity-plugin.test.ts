import { createApp } from '@portolan/service'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { IDENTITY_ERRORS } from './errors.ts'
import { identityPlugin, requireRole } from './identity-plugin.ts'
import { openTestIdentity } from './testing.ts'

/** An app as a service makes it, with one route of each kind. */
async function openWorld() {
  const releasers = new AsyncDisposableStack()
  const identity = releasers.use(await openTestIdentity({ service: 'board' }))
  const lines: string[] = []
  const app = createApp({
    name: 'board',
    logger: pino({ level: 'trace' }, { write: (line) => lines.push(line) }),
    catalogues: [IDENTITY_ERRORS],
  })
  releasers.defer(() => app.close())
  await app.register(identityPlugin, { identity: identity.identity })
  app.all('/forgotten', (request) => request.caller)
  app.get('/public', { config: { access: 'public' } }, (request) => ({ caller: request.optionalCaller ?? null }))
  app.get('/public/caller', { config: { access: 'public' } }, (request) => request.caller)
  app.get('/optional', { config: { access: 'optional' } }, (request) => ({ by: request.optionalCaller?.by ?? null }))
  app.post('/session', { config: { access: 'session' } }, () => ({}))
  app.get('/events', { config: { checksOrigin: true } }, () => ({}))
  app.get('/admin', { config: { scope: 'admin' } }, () => ({}))
  app.get('/internal/things', { config: { access: 'service' } }, (request) => request.callingService)
  app.get('/workspaces/:workspaceId', { onRequest: requireRole('member') }, (request) => request.membership)
  app.delete('/spaces/:id', { onRequest: requireRole('owner', { param: 'id' }) }, (request) => request.membership)
  await app.register(async (child) => {
    child.get('/child', (request) => request.caller)
  })
  const ask = async (
    method: 'GET' | 'POST' | 'DELETE' | 'PATCH',
    url: string,
    headers: Record<string, string> = {},
  ) => {
    const { statusCode, headers: answered, body } = await app.inject({ method, url, headers })
    const parsed: { code?: string } & Record<string, unknown> =
      body === '' || !answered['content-type']?.includes('json') ? {} : JSON.parse(body)
    return { status: statusCode, code: parsed.code, body: parsed, headers: answered }
  }
  return { app, identity, lines, ask, [Symbol.asyncDispose]: () => releasers.disposeAsync() }
}

test('a route that says nothing is closed, in a child too, and says how to get in', async () => {
  await using world = await openWorld()
  for (const url of ['/forgotten', '/child', '/workspaces/w1', '/events']) {
    const answer = await world.ask('GET', url)
    expect(answer).toMatchObject({ status: 401, code: 'IDENTITY_CREDENTIALS_MISSING' })
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="wealist"')
    expect(answer.headers['content-type']).toContain('application/problem+json')
  }
})

test('health, readiness, metrics and what is not there need nobody', async () => {
  await using world = await openWorld()
  const statuses = await Promise.all(
    ['/health', '/ready', '/metrics', '/nowhere'].map((url) => world.ask('GET', url).then(({ status }) => status)),
  )
  expect(statuses).toEqual([200, 200, 200, 404])
})

test('a caller is known to the handler', async () => {
  await using world = await openWorld()
  const { userId, sessionId, bearer, cookie } = await world.identity.signIn()
  expect((await world.ask('GET', '/forgotten', bearer)).body).toMatchObject({ by: 'bearer', userId, sessionId })
  expect((await world.ask('GET', '/child', cookie)).body).toMatchObject({ by: 'cookie', userId, sessionId })
})

test('a public route looks at nothing; an optional one knows who is signed in and refuses a wrong token', async () => {
  await using world = await openWorld()
  const { bearer } = await world.identity.signIn()
  expect((await world.ask('GET', '/public', { authorization: 'Bearer x' })).body).toEqual({ caller: null })
  expect((await world.ask('GET', '/public/caller')).code).toBe('IDENTITY_CREDENTIALS_MISSING')
  expect((await world.ask('GET', '/optional')).body).toEqual({ by: null })
  expect((await world.ask('GET', '/optional', bearer)).body).toEqual({ by: 'bearer' })
  expect((await world.ask('GET', '/optional', { authorization: 'Bearer x' })).code).toBe('IDENTITY_TOKEN_INVALID')
})

test('a refused token is explained by the standard', async () => {
  await using world = await openWorld()
  const session = await world.identity.signIn()
  world.identity.clock.pass(700_000)
  const expired = await world.ask('GET', '/forgotten', session.bearer)
  expect(expired).toMatchObject({ status: 401, code: 'IDENTITY_TOKEN_EXPIRED' })
  expect(expired.headers['www-authenticate']).toBe(
    'Bearer realm="wealist", error="invalid_token", error_description="The token has expired"',
  )
  const fresh = await world.identity.signIn()
  await world.identity.endSession(fresh)
  expect((await world.ask('GET', '/forgotten', fresh.bearer)).code).toBe('IDENTITY_SESSION_ENDED')
})

test('a change by cookie needs the own origin; reading, and a change by Bearer token, do not', async () => {
  await using world = await openWorld()
  const { cookie, bearer } = await world.identity.signIn()
  const bare = { cookie: cookie.cookie }
  for (const method of ['POST', 'DELETE', 'PATCH'] as const) {
    expect((await world.ask(method, '/forgotten', cookie)).status).toBe(200)
    expect((await world.ask(method, '/forgotten', bearer)).status).toBe(200)
    expect((await world.ask(method, '/forgotten', { ...bare, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    for (const headers of [
      bare,
      { ...bare, origin: 'null' },
      { ...bare, origin: 'http://localhost:3001' },
      { ...bare, 'sec-fetch-site': 'cross-site' },
    ]) {
      expect(await world.ask(method, '/forgotten', headers)).toMatchObject({
        status: 403,
        code: 'IDENTITY_ORIGIN_REFUSED',
      })
    }
  }
  expect((await world.ask('GET', '/forgotten', bare)).status).toBe(200)
})

test('an event stream by cookie needs the own origin too', async () => {
  await using world = await openWorld()
  const { cookie, bearer } = await world.identity.signIn()
  const bare = { cookie: cookie.cookie }
  const headers = [
    bare,
    { ...bare, 'sec-fetch-site': 'cross-site' },
    { ...bare, 'sec-fetch-site': 'same-origin' },
    cookie,
    bearer,
  ]
  const statuses = await Promise.all(
    headers.map((given) => world.ask('GET', '/events', given).then(({ status }) => status)),
  )
  expect(statuses).toEqual([403, 403, 200, 200, 200])
})

test('a personal access token may do what its scopes say, and never what only a person may', async () => {
  await using world = await openWorld()
  const by = (...scopes: ('read' | 'write' | 'admin')[]) => ({
    authorization: `Bearer ${world.identity.addPersonalToken({ userId: 'mina', scopes })}`,
  })
  const [read, write, admin, none] = [by('read'), by('write'), by('admin'), by()]
  const refused = await world.ask('POST', '/forgotten', read)
  expect(refused).toMatchObject({ status: 403, code: 'IDENTITY_SCOPE_MISSING' })
  expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope"')
  expect((await world.ask('GET', '/forgotten', none)).code).toBe('IDENTITY_SCOPE_MISSING')
  expect((await world.ask('GET', '/forgotten', read)).status).toBe(200)
  expect((await world.ask('POST', '/forgotten', write)).status).toBe(200)
  expect((await world.ask('GET', '/admin', write)).code).toBe('IDENTITY_SCOPE_MISSING')
  expect((await world.ask('GET', '/admin', admin)).status).toBe(200)
  expect((await world.ask('POST', '/session', admin)).code).toBe('IDENTITY_SESSION_REQUIRED')
  expect((await world.ask('POST', '/session', (await world.identity.signIn()).bearer)).status).toBe(200)
})

test('an internal route takes the token of a service, made for it, and nothing else', async () => {
  await using world = await openWorld()
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  expect(
    (await world.ask('GET', '/internal/things', bearer(await world.identity.serviceToken('user', 'board')))).body,
  ).toEqual({ service: 'user' })
  const session = await world.identity.signIn()
  const others = [{}, session.bearer, session.cookie, bearer(await world.identity.serviceToken('user', 'auth'))]
  for (const headers of others) {
    expect(await world.ask('GET', '/internal/things', headers)).toMatchObject({
      status: 401,
      code: expect.stringMatching(/^IDENTITY_SERVICE_TOKEN_INVALID$/),
    })
  }
})

test('a role is needed in the workspace that the request is about', async () => {
  await using world = await openWorld()
  const { userId, bearer } = await world.identity.signIn()
  await world.identity.setRole('w1', userId, 'member')
  await world.identity.setRole('w2', userId, 'guest')
  expect((await world.ask('GET', '/workspaces/w1', bearer)).body).toEqual({ workspaceId: 'w1', role: 'member' })
  expect(await world.ask('GET', '/workspaces/w2', bearer)).toMatchObject({ status: 403, code: 'IDENTITY_ROLE_TOO_LOW' })
  expect(await world.ask('DELETE', '/spaces/w1', bearer)).toMatchObject({ status: 403, code: 'IDENTITY_ROLE_TOO_LOW' })
  const foreign = await world.ask('GET', '/workspaces/w3', bearer)
  expect(foreign).toMatchObject({ status: 404, code: 'IDENTITY_WORKSPACE_UNKNOWN' })
  for (const id of ['..', '%2e%2e', 'w1%2f..%2fw2', 'w1%00', "w1'--"]) {
    expect([400, 401, 404]).toContain((await world.ask('GET', `/workspaces/${id}`, bearer)).status)
  }
})

test('a user service that is away is said as such, with a time to come back', async () => {
  await using world = await openWorld()
  const { bearer } = await world.identity.signIn()
  world.identity.isUserBroken = true
  const answer = await world.ask('GET', '/workspaces/w1', bearer)
  expect(answer).toMatchObject({ status: 503, code: 'IDENTITY_MEMBERSHIP_UNKNOWN' })
  expect(answer.headers['retry-after']).toBe('2')
})

test('neither an answer nor the log holds a token, a secret or an internal address', async () => {
  await using world = await openWorld()
  const { bearer, cookie, accessToken } = await world.identity.signIn()
  world.identity.isUserBroken = true
  const broken = `${accessToken.slice(0, -9)}AAAAAAAAA`
  const answers = [
    await world.ask('GET', '/workspaces/w1', bearer),
    await world.ask('GET', '/forgotten', { authorization: `Bearer ${broken}` }),
    await world.ask('POST', '/forgotten', { cookie: cookie.cookie }),
    await world.ask('GET', '/forgotten', { cookie: `${cookie.cookie}; ${cookie.cookie}` }),
  ]
  const said = JSON.stringify(answers) + world.lines.join('')
  for (const part of broken.split('.')) expect(said).not.toContain(part)
  expect(said).not.toContain(world.identity.serviceKey)
  expect(JSON.stringify(answers)).not.toContain('127.0.0.1')
})

test('no handler can set who asks', async () => {
  await using world = await openWorld()
  world.app.addHook('preHandler', async (request) => {
    expect(() => Object.assign(request, { caller: { userId: 'admin' } })).toThrow(TypeError)
  })
  const { userId, bearer } = await world.identity.signIn()
  expect((await world.ask('GET', '/forgotten', bearer)).body).toMatchObject({ userId })
})

test('over a real socket, a request with a body keeps a signal that its handler can use', async () => {
  await using world = await openWorld()
  let wasAborted: boolean | undefined
  world.app.post('/things/:workspaceId', { preHandler: requireRole('member') }, async (request) => {
    wasAborted = request.signal.aborted
    return request.membership
  })
  const { userId, bearer } = await world.identity.signIn()
  await world.identity.setRole('w1', userId, 'owner')
  const url = await world.app.listen({ host: '127.0.0.1', port: 0 })
  const headers = { ...bearer, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/things/w1`, { method: 'POST', headers, body: '{"a":1}' })
  expect(await answer.json()).toEqual({ workspaceId: 'w1', role: 'owner' })
  expect(wasAborted).toBe(false)
})
