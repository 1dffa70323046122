import { ServiceTokens } from '@portolan/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiAnswer } from './api-answer.ts'
import type { ApiPerson } from './api-person.ts'
import { sendRaw } from './raw-request.ts'
import { ROUTES } from './route-table.ts'
import { openWealistWorld, type WealistWorld, WORLD_START_MS } from './wealist-world.ts'

let world: WealistWorld
let owner: ApiPerson
let workspaceId: string
beforeAll(async () => {
  world = await openWealistWorld()
  owner = await world.signedIn()
  workspaceId = await owner.createWorkspace()
}, WORLD_START_MS)
afterAll(() => world[Symbol.asyncDispose]())

/** Every change that takes a body, as its owner calls it. */
function changes(): readonly { readonly call: string; readonly body: Readonly<Record<string, unknown>> }[] {
  const ids = { workspaceId, self: owner.userId }
  return Object.entries(ROUTES).flatMap(([call, { body }]) => {
    const filled = call.replace('{workspaceId}', workspaceId).replace('{userId}', owner.userId)
    return body === undefined ? [] : [{ call: filled, body: Object(body(ids)) }]
  })
}

/** A refusal as it should be: of the caller's own making, as a problem with a stable code, without our insides. */
function refusal({ status, code, raw }: ApiAnswer): unknown {
  const isTidy = !/node:|\.ts:|at \w+ \(|postgres|127\.0\.0\.1|SELECT|typebox/i.test(raw)
  return { isRefused: status >= 400 && status < 500, hasCode: code !== undefined, isTidy }
}
const REFUSED = { isRefused: true, hasCode: true, isTidy: true }

const TRICKS = [
  '/internal/{}',
  '//internal/{}',
  '/./internal/{}',
  '/%69nternal/{}',
  '/INTERNAL/{}',
  '/api/auth/../internal/{}',
  '/api/auth/../../internal/{}',
  '/api/auth//../internal/{}',
  '/api/auth/..//internal/{}',
  '/api/auth/%2e%2e/internal/{}',
  '/api/auth/%2e%2e%2finternal/{}',
  '/api/auth/..%2finternal/{}',
  '/api/auth%2f..%2finternal/{}',
  '/api/auth/..%252finternal/{}',
  '/api/auth/..%5cinternal/{}',
  '/api/auth/..\\internal/{}',
  '/api/auth/..;/internal/{}',
  '/api/auth;/../internal/{}',
  '/api/auth;x=/../../internal/{}',
  '/api/auth/.%00./internal/{}',
  '/api/auth/..%00/internal/{}',
  '/api/auth/..?/internal/{}',
  '/api/auth/..#/internal/{}',
  '/api/auth/internal/{}',
  '/api/users/../internal/{}',
  '/objects/../internal/{}',
  'http://localhost/internal/{}',
  'http://127.0.0.1/internal/{}',
  '*',
] as const

test.for(TRICKS)('no way leads from the gateway to what is internal: %s', async (trick) => {
  const serviceKey = await world.stackSecret('secret/service-key')
  const tokens = new ServiceTokens({ service: 'user', serviceKey })
  const authorization = `authorization: Bearer ${await tokens.issue('auth')}`
  for (const rest of ['ended-sessions', 'jwks.json', `accounts/${owner.userId}`]) {
    const answer = await sendRaw(world.copy.port(3000), { target: trick.replace('{}', rest), headers: [authorization] })
    expect({ rest, isRefused: answer.status >= 400 && answer.status < 500 }).toEqual({ rest, isRefused: true })
    expect(answer.raw).not.toMatch(/"sessions"|"keys"|"email"/)
  }
})

test('the token that would open what is internal does so at the service itself: the tricks above could have worked', async () => {
  const serviceKey = await world.stackSecret('secret/service-key')
  const tokens = new ServiceTokens({ service: 'user', serviceKey })
  const headers = [`authorization: Bearer ${await tokens.issue('auth')}`]
  const answer = await sendRaw(world.copy.port(8080), { target: '/internal/ended-sessions', headers })
  expect(answer.status).toBe(200)
  for (const path of ['/health', '/ready', '/metrics', '/api/auth/health', '/api/users/metrics']) {
    expect((await world.person().get(path)).status).toBe(404)
  }
})

const DEEP = `{"name":${'['.repeat(4_000)}${']'.repeat(4_000)}}`
const BODIES: readonly (readonly [string, string | Uint8Array<ArrayBuffer>])[] = [
  ['nothing', ''],
  ['half a JSON text', '{"name": "x'],
  ['a text', '"name"'],
  ['a list', '[{"name":"x"}]'],
  ['null', 'null'],
  ['a number', '1e999'],
  ['deeply nested lists', DEEP],
  ['a prototype', '{"__proto__":{"role":"owner"},"name":"x"}'],
  ['a constructor', '{"constructor":{"prototype":{"role":"owner"}},"name":"x"}'],
  ['a field that nobody knows', '{"toString":"x","hasOwnProperty":1}'],
  ['bytes that are no text', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['a NUL', '\u0000'],
]

test.for(BODIES)('%s as a body is refused on every route, with a code', async ([, content]) => {
  for (const { call } of changes()) {
    const answer = await owner.copy().send(call, { content, headers: { 'content-type': 'application/json' } })
    expect({ call, status: answer.status, ...Object(refusal(answer)) }).toMatchObject({ call, ...REFUSED })
  }
  expect((await owner.get('/api/users/me')).status).toBe(200)
})

test('a body that is huge is refused on every route with its reason', async () => {
  const content = JSON.stringify({ name: 'x'.repeat(3_000_000) })
  for (const { call } of changes()) {
    const answer = await owner.copy().send(call, { content, headers: { 'content-type': 'application/json' } })
    expect({ call, status: answer.status, code: answer.code }).toEqual({
      call,
      status: 413,
      code: 'SERVICE_REQUEST_UNREADABLE',
    })
  }
})

test.for([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json+evil',
  'text/json',
  'application/jsonp',
] as const)(
  'a body of the type %s is refused on every route: no form of a foreign page can send JSON',
  async (type) => {
    for (const { call, body } of changes()) {
      const content = JSON.stringify(body)
      const answer = await owner.copy().send(call, { content, headers: { 'content-type': type } })
      // Fastify reads plain text, and the schema then refuses it.
      expect({ call, isRefused: [400, 415].includes(answer.status) }).toEqual({ call, isRefused: true })
    }
  },
)

const TEXTS = [
  ['a NUL', 'a\u0000b'],
  ['half a surrogate pair', 'a\ud800b'],
  ['the other half', 'a\udfffb'],
  ['a line break', 'a\r\nb'],
  ['text that runs backwards', 'a\u202eb'],
  ['ten thousand letters', 'x'.repeat(10_000)],
  ['nothing', ''],
  ['only spaces', '   '],
  ['quotes', `'"; DROP TABLE members; --`],
  ['markup', '<script>alert(1)</script>'],
  ['a format', '%s%n${7*7}{{7*7}}'],
  ['flags and families', '🏴󠁧󠁢󠁥󠁮󠁧󠁿👨‍👩‍👧‍👦'],
] as const

test.for(TEXTS)('%s in any text of any body is taken as text or refused, and breaks nothing', async ([, text]) => {
  for (const { call, body } of changes()) {
    for (const [field, value] of Object.entries(body)) {
      if (typeof value !== 'string') continue
      const answer = await owner.copy().send(call, { body: { ...body, [field]: text } })
      const isSound = answer.status < 300 || (answer.status < 500 && answer.code !== undefined)
      expect({ call, field, status: answer.status, isSound }).toMatchObject({ call, field, isSound: true })
    }
  }
  // Line breaks, NULs and half pairs have got nowhere, what reads like markup is still the text that it was.
  const names = (await owner.get('/api/users/workspaces')).list('workspaces').map((each) => String(Object(each).name))
  expect(names.filter((name) => /[\p{Cc}\p{Cs}\ufffd\u202e]/u.test(name))).toEqual([])
})

test.for([
  ['/api/users/workspaces/{}/audit?limit=1&limit=2', 400],
  ['/api/users/workspaces/{}/audit?limit=1&limit%5B%5D=2', 200],
  ['/api/users/workspaces/{}/audit?limit=-1', 400],
  ['/api/users/workspaces/{}/audit?limit=1e9', 400],
  ['/api/users/workspaces/{}/audit?before=0%20OR%201=1', 400],
  ['/api/users/workspaces/{}/audit?before=9999999999999999999999', 400],
  ['/api/users/workspaces/{}/audit?before=1&before=2', 400],
  ['/api/users/workspaces/{}/audit?__proto__[limit]=1', 200],
  ['/api/users/workspaces/{}%00/audit', 400],
  ['/api/users/workspaces/{}%20/audit', 404],
  ['/api/users/workspaces/%F0%9F/audit', 400],
  ['/api/users/workspaces/%ff%fe/audit', 400],
  ['/api/users/workspaces/..%2f..%2f/audit', 404],
  ['/api/users/workspaces/null/audit', 404],
  ['/api/users/events?workspaceId=x', 400],
  ['/api/users/events?workspaceId={}&workspaceId=00000000-0000-4000-8000-000000000000', 400],
  ['/api/users/avatars/{}/{}?size=9999', 400],
  ['/api/users/avatars/{}/{}?size=64&size=192', 400],
] as const)('a path or a query that is odd is answered clearly: %s', async ([path, status]) => {
  const answer = await sendRaw(world.copy.port(3000), {
    target: path.replaceAll('{}', workspaceId),
    headers: [`authorization: Bearer ${owner.accessToken}`],
  })
  expect({ status: answer.status, hasCode: status === 200 || answer.code !== undefined }).toEqual({
    status,
    hasCode: true,
  })
})

const ADDRESSES = [
  'a@example.com\r\nBcc: evil@example.com',
  'a@example.com\nSubject: hello',
  'a@example.com, evil@example.com',
  'a@example.com;evil@example.com',
  '<a@example.com>',
  'A <a@example.com>',
  '"a b"@example.com',
  'a@example.com(comment)',
  'a@[198.51.100.1]',
  'a%evil.example.com@example.com\u0000',
  'a@example.com\u2028b',
] as const

test.for(ADDRESSES)('an address that is more than one address is refused wherever one is taken: %j', async (email) => {
  const stranger = world.person()
  const { name, password } = stranger.facts
  const asked: readonly (readonly [string, unknown])[] = [
    ['/api/auth/sign-up', { email, name, password, locale: 'en' }],
    ['/api/auth/email/resend', { email }],
    ['/api/auth/password/forgot', { email }],
    [`/api/users/workspaces/${workspaceId}/invitations`, { email, role: 'guest' }],
  ]
  for (const [path, body] of asked) {
    const answer = await owner.post(path, body)
    expect({ path, status: answer.status, fields: answer.faultyFields }).toEqual({
      path,
      status: 400,
      fields: ['email'],
    })
  }
})

test('names are text in the mails that carry them: no header, no markup, no link', async () => {
  const name = '=?utf-8?q?x?= <b>click</b> https://evil.example.com @all'
  const inviter = await world.signedIn({ name })
  const id = await inviter.createWorkspace('"Bcc: evil@example.com" <i>x</i>')
  for (const locale of ['en', 'ko'] as const) {
    await inviter.send('PATCH /api/users/me', { body: { locale } })
    const email = `guest-${locale}@example.com`
    expect((await inviter.post(`/api/users/workspaces/${id}/invitations`, { email, role: 'guest' })).status).toBe(201)
    world.keepSecret((await world.linkOf(email, 'invitation')).hash)
  }
  const mails = await world.mails()
  expect(mails.length).toBeGreaterThan(3)
  for (const { raw, to, text } of mails) {
    const head = raw.slice(0, raw.indexOf('\n\n')).replaceAll(/\n[ \t]+/g, ' ')
    const fields = head.split('\n').map((line) => line.slice(0, line.indexOf(':')).toLowerCase())
    expect(fields.toSorted()).toEqual([
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
    ])
    expect(to).toHaveLength(1)
    const links = [...text.matchAll(/https?:\/\/\S+/g)].map(([link]) => new URL(link).origin)
    expect(new Set(links)).toEqual(new Set([world.origin]))
    const html = raw.slice(raw.indexOf('<!doctype html>')).replaceAll('=\n', '')
    expect(html).not.toMatch(/<(b|i|script|img)\b/)
  }
})

test('what a request says in its headers gets into no header of an answer', async () => {
  const port = world.copy.port(3000)
  const sneaky = [
    'x-forwarded-host: evil.example.com',
    'x-forwarded-proto: gopher',
    'x-original-url: /internal/jwks.json',
  ]
  const more = [
    'x-request-id: a%0d%0aset-cookie:x=y',
    'forwarded: host=evil.example.com',
    'x-http-method-override: DELETE',
  ]
  const headers = [...sneaky, ...more, `authorization: Bearer ${owner.accessToken}`]
  for (const target of [`/api/users/workspaces/${workspaceId}`, '/api/auth/oidc/x/start?next=%0d%0aset-cookie:x=y']) {
    const answer = await sendRaw(port, { target, headers })
    expect(answer.status).toBeLessThan(400)
    expect(JSON.stringify([...answer.headers])).not.toMatch(/evil|x=y|gopher/)
  }
  expect((await owner.get(`/api/users/workspaces/${workspaceId}`)).status).toBe(200)
})

test('no answer is kept on its way, and none is for pages of other origins', async () => {
  const origin = 'https://evil.example.com'
  const preflight = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x' }
  for (const path of ['/api/auth/me', '/api/users/me', `/api/users/workspaces/${workspaceId}`]) {
    const read = await owner.send(`GET ${path}`, { headers: { origin } })
    const asked = await owner.send(`OPTIONS ${path}`, { headers: preflight })
    for (const { headers } of [read, asked]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
    expect(read.headers.get('cache-control')).toBe('no-store')
    expect(asked.status).toBeGreaterThanOrEqual(400)
  }
})

test('no secret that was used here stands in a log', async () => {
  expect(await world.secretsInLogs()).toEqual([])
})
