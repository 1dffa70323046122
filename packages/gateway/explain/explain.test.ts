import { expect, test } from 'vitest'
import { parseGatewayConfiguration } from '../configuration.ts'
import { openTestGateway, openTestUpstream, routeTo } from '../testing.ts'
import { type AskedRequest, askedRequest } from './asked-request.ts'
import { explain } from './explain.ts'
import { explanationLines } from './explanation.ts'

const CONFIGURATION = parseGatewayConfiguration({
  stack: 'harbour',
  domains: ['app.example.com'],
  trustedProxies: ['10.0.0.0/8'],
  listeners: [{ name: 'http', address: '127.0.0.1', port: 0 }],
  routes: [
    routeTo('/', 1, { service: 'web' }),
    routeTo('/api', 2, { service: 'board' }),
    routeTo('/api/cards', 3, { service: 'cards' }),
    routeTo('/ws', 4, { service: 'live', websocket: true }),
  ],
})

const explained = (asked: AskedRequest) => explain(CONFIGURATION, askedRequest(asked))
const textOf = (asked: AskedRequest) => explanationLines(explained(asked)).join('\n')

test('the way of a request is told step by step, with why each other route lost', () => {
  expect(explained({ url: '/api//cards/../cardsx' }).outcome).toEqual({
    kind: 'forwarded',
    route: '/api',
    service: 'board',
    target: '127.0.0.1:2',
  })
  const text = textOf({ url: '/api//cards/../cardsx' })
  expect(text).toContain('"/api//cards/../cardsx" is read as "/api/cardsx"')
  expect(text).toContain('/api/cards → cards: ends within a segment')
  expect(text).toContain('/ → web: leads there, but /api is longer')
  expect(text).toContain('/ws → live: begins otherwise')
})

test.each<[AskedRequest, string]>([
  [{ url: 'http://evil.example/api' }, 'GATEWAY_HOST_UNKNOWN'],
  [{ url: '/api/%zz' }, 'GATEWAY_BAD_REQUEST'],
  [{ url: '/../etc' }, 'GATEWAY_BAD_REQUEST'],
  [{ url: '/api', method: 'TRACE' }, 'GATEWAY_METHOD_REFUSED'],
  [{ url: 'ws://localhost/api' }, 'GATEWAY_WEBSOCKET_REFUSED'],
  [{ url: 'ws://localhost/ws', headers: ['Origin: https://evil.example'] }, 'GATEWAY_ORIGIN_REFUSED'],
])('%j is refused with %s', (asked, code) => {
  const { outcome, steps } = explained(asked)
  expect(outcome).toMatchObject({ kind: 'refused', code })
  expect(steps.filter(({ verdict }) => verdict === 'refused')).toHaveLength(1)
})

test('who is believed about the client is told', () => {
  const headers = ['X-Forwarded-For: 203.0.113.9']
  expect(textOf({ url: '/', from: '10.1.2.3', headers })).toContain('203.0.113.9 by http')
  expect(textOf({ url: '/', from: '192.0.2.1', headers })).toContain('is no trusted proxy')
})

test.each(['Host: a\r\nX: y', 'no colon', 'Name'])('the header "%s" is refused', (header) => {
  expect(() => explained({ url: '/', headers: [header] })).toThrow(/is not written as/)
})

test('a domain that is asked in the clear is redirected, an address is not', () => {
  const configuration = parseGatewayConfiguration({
    ...CONFIGURATION,
    listeners: [
      { name: 'http', address: '127.0.0.1', port: 8080 },
      { name: 'https', address: '127.0.0.1', port: 8443, tls: true },
    ],
    tls: { certificates: [{ certificate: '/certificate.pem', key: '/key.pem' }], redirectToPort: 8443 },
  })
  const linesOf = (url: string) => explanationLines(explain(configuration, askedRequest({ url })))
  expect(linesOf('http://app.example.com:8080/api?a=1').at(-1)).toBe(
    '→ is answered 308 by the gateway itself: ask https://app.example.com:8443/api?a=1',
  )
  expect(linesOf('https://app.example.com:8443/api').at(-1)).toContain('goes to service "board"')
  expect(linesOf('http://127.0.0.1:8080/api').at(-1)).toContain('goes to service "board"')
  expect(linesOf('http://127.0.0.1:9999/api').join()).toContain('does not listen on port 9999, but on 8080, 8443')
  expect(linesOf('http://127.0.0.1:8443/api').join()).toContain('port 8443 of the gateway speaks https, not http')
})

test.each([
  ['app.example.com/api', '/api from', 'board'],
  ['app.example.com', '/ from', 'web'],
  ['localhost:8080/api/cards', '/api/cards from', 'cards'],
])('"%s" is read as an http URL', (url, request, service) => {
  const explanation = explained({ url })
  expect(explanation.request).toContain(`GET ${request}`)
  expect(explanation.outcome).toMatchObject({ kind: 'forwarded', service })
})

test('a scheme that no gateway speaks is refused', () => {
  expect(() => explained({ url: 'ftp://app.example.com/api' })).toThrow(
    /neither an http, https, ws or wss URL nor a path/,
  )
})

test('which half of a registry is active is not known without a gateway that runs, and then it is', () => {
  const configuration = parseGatewayConfiguration({
    ...CONFIGURATION,
    routes: [{ path: '/', service: 'web', target: { upstream: 'web' }, websocket: false }],
    upstreams: [{ name: 'web', pair: { active: null, slots: { project: 'worb', environment: 'production' } } }],
  })
  const offline = explanationLines(explain(configuration, askedRequest({ url: '/' }))).join('\n')
  expect(offline).toContain('its active half: which that is, only the gateway that runs knows')
  expect(offline).not.toMatch(/no half is active|neither half/)
  const { outcome } = explain(configuration, askedRequest({ url: '/' }), [])
  expect(outcome).toMatchObject({ kind: 'refused', code: 'GATEWAY_SLOT_EMPTY', status: 503 })
})

test('one request is not "1 requests"', () => {
  const limits = { client: { requestsPerSecond: 1, requestsAtOnce: 1 }, exempt: [] }
  const configuration = parseGatewayConfiguration({ ...CONFIGURATION, limits })
  const text = explanationLines(explain(configuration, askedRequest({ url: '/' }))).join('\n')
  expect(text).toContain('1 request a second after a burst of 10, 1 request at once')
})

test('what is explained is what happens', async () => {
  await using upstream = await openTestUpstream((request, response) => response.end(request.url))
  await using world = await openTestGateway([routeTo('/api', upstream.port)], { domains: [] })
  for (const path of ['/api/x', '/api/../api', '/apix', '/nothing', '/api/%2e%2e/api/7', '/%00']) {
    const { status } = await fetch(`${world.url}${path}`)
    const { outcome } = world.gateway.explain({ url: `${world.url}${path}` })
    expect(outcome.kind === 'forwarded' ? 200 : outcome.status, path).toBe(status)
  }
})

test('in development an error of the gateway’s own says on which grounds, without an address behind it', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end())
  const routes = [routeTo('/api', upstream.port)]
  await using telling = await openTestGateway(routes, { also: { explainsErrors: true } })
  await using silent = await openTestGateway(routes)
  const told = await (await fetch(`${telling.url}/apix`)).text()
  expect(JSON.parse(told).details.why).toContain(
    'route: /api → board: ends within a segment of the path, so it is no prefix of it',
  )
  expect(told).not.toContain(String(upstream.port))
  expect(await (await fetch(`${silent.url}/apix`)).json()).toMatchObject({ details: { path: '/apix' } })
  expect(await (await fetch(`${silent.url}/apix`)).text()).not.toContain('why')
})

test('what is decided by https is told: the redirect, and what comes encrypted or from a proxy goes on', () => {
  const configuration = parseGatewayConfiguration({
    ...CONFIGURATION,
    tls: {
      certificates: [{ certificate: '/secret/app.pem', key: '/secret/app.key' }],
      hsts: { maxAgeSeconds: 600 },
      redirectToPort: 443,
    },
  })
  const outcome = (asked: AskedRequest) => explain(configuration, askedRequest(asked)).outcome
  expect(outcome({ url: 'http://app.example.com/api?a=b' })).toMatchObject({
    kind: 'answered',
    status: 308,
    words: 'ask https://app.example.com/api?a=b',
  })
  expect(outcome({ url: 'http://localhost/api' })).toMatchObject({ kind: 'forwarded', service: 'board' })
  const headers = ['X-Forwarded-Proto: https']
  expect(outcome({ url: 'http://app.example.com/api', from: '10.0.0.1', headers }).kind).toBe('forwarded')
  const text = explanationLines(explain(configuration, askedRequest({ url: 'https://app.example.com/api' }))).join('\n')
  expect(text).toMatch(/it comes encrypted, by TLSv1\.2 or later[\s\S]*for 600 s[\s\S]*goes to service "board"/)
  expect(text).not.toContain('/secret/')
})
