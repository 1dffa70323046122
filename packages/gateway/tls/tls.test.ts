import { once } from 'node:events'
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises'
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { GatewayConfiguration } from '../configuration.ts'
import { eventually } from '../eventually.ts'
import { jsonLines } from '../log.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from '../testing.ts'
import { openTestAuthority } from './test-certificates.ts'
import type { TlsConfiguration } from './tls-configuration.ts'

const authority = await openTestAuthority()
const app = await authority.issue('app', ['app.example.com', '*.preview.example.com'])
const shop = await authority.issue('shop', ['shop.example.com'])
const ca = await readFile(authority.file)
afterAll(() => authority[Symbol.asyncDispose]())

const LISTENERS = [
  { name: 'http', address: '127.0.0.1', port: 0 },
  { name: 'https', address: '127.0.0.1', port: 0, tls: true },
]

async function openWorld(
  tls: Partial<TlsConfiguration> = {},
  also: Partial<GatewayConfiguration> = {},
  { headersMs = 300 } = {},
) {
  let lines = ''
  const upstream = await openTestUpstream((message, response) => response.end(JSON.stringify(message.headers)))
  const logger = jsonLines((line) => {
    lines += line
  })
  const setting = { certificates: [app, shop], minimumVersion: 'TLSv1.2', ...tls } as const
  const world = await openTestGateway([routeTo('/', upstream.port, { websocket: true })], {
    also: { listeners: LISTENERS, tls: setting, ...also },
    logger,
    certificateLookMs: 20,
    timeouts: { headersMs },
    serviceKey: 'x'.repeat(32),
  })
  return {
    ...world,
    upstream,
    log: () => lines,
    securePort: world.gateway.addresses[1]?.port ?? 0,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

async function shake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca, ...options })
  await once(socket, 'secureConnect')
  return socket
}

async function nameShown(port: number, servername?: string): Promise<string> {
  const socket = await shake(port, { rejectUnauthorized: false, ...(servername === undefined ? {} : { servername }) })
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return String(subject.CN)
}

async function ask(port: number, headers: Readonly<Record<string, string>> = {}) {
  const asked = request({ port, host: '127.0.0.1', servername: 'app.example.com', ca, headers, agent: false })
  asked.end()
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const piece of response) text += piece
  return { status: response.statusCode, headers: response.headers, text }
}

test('HTTP/1.1 over TLS reaches the service, which is told so', async () => {
  await using world = await openWorld()
  const { status, text } = await ask(world.securePort, { host: 'app.example.com' })
  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ host: 'app.example.com', 'x-forwarded-proto': 'https' })
})

test('HTTP/2 over TLS is agreed on (ALPN), and the service is told of https', async () => {
  await using world = await openWorld()
  const session = connectHttp2('https://app.example.com', {
    createConnection: () =>
      connect({ port: world.securePort, host: '127.0.0.1', servername: 'app.example.com', ca, ALPNProtocols: ['h2'] }),
  })
  const stream = session.request({ ':path': '/', ':authority': 'app.example.com' })
  const [headers]: IncomingHttpHeaders[] = await once(stream, 'response')
  let text = ''
  for await (const piece of stream) text += piece
  session.close()
  expect(headers?.[':status']).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ host: 'app.example.com', 'x-forwarded-proto': 'https' })
})

test('who agrees on nothing gets HTTP/1.1, and who offers only what is unknown gets no connection', async () => {
  await using world = await openWorld()
  const plain = await shake(world.securePort, { servername: 'app.example.com' })
  plain.write('GET / HTTP/1.1\r\nHost: app.example.com\r\n\r\n')
  expect(String((await once(plain, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  plain.destroy()
  const offer = { servername: 'app.example.com', ALPNProtocols: ['spdy/3'] }
  await expect(shake(world.securePort, offer)).rejects.toThrow('no application protocol')
  const preface = await shake(world.securePort, { servername: 'app.example.com', ALPNProtocols: ['http/1.1'] })
  preface.destroy()
})

test('TLS below 1.2 is refused, and below 1.3 where that is said', async () => {
  await using world = await openWorld()
  const old = { servername: 'app.example.com', minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const
  await expect(shake(world.securePort, { ...old, ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow()
  await using strict = await openWorld({ minimumVersion: 'TLSv1.3' })
  await expect(shake(strict.securePort, { servername: 'shop.example.com', maxVersion: 'TLSv1.2' })).rejects.toThrow()
  const socket = await shake(strict.securePort, { servername: 'shop.example.com' })
  expect(socket.getProtocol()).toBe('TLSv1.3')
  socket.destroy()
})

test('each name is shown its own certificate, a wildcard one label, and anybody else the first', async () => {
  await using world = await openWorld()
  expect(await nameShown(world.securePort, 'shop.example.com')).toBe('shop')
  expect(await nameShown(world.securePort, 'APP.example.com')).toBe('app')
  expect(await nameShown(world.securePort, '3000-box.preview.example.com')).toBe('app')
  expect(await nameShown(world.securePort, 'a.b.preview.example.com')).toBe('app')
  expect(await nameShown(world.securePort)).toBe('app')
})

test('a renewed certificate is shown without a connection being dropped; a broken one is not', async () => {
  const files = await authority.issue('turning', ['turning.example.com'])
  await using world = await openWorld({ certificates: [files] }, {}, { headersMs: 10_000 })
  const kept = await shake(world.securePort, { servername: 'turning.example.com' })
  const renewed = await authority.issue('renewed', ['turning.example.com'])
  await copyFile(renewed.key, files.key)
  await eventually(world.log).toContain('certificate refused') // between the two writes nothing fits
  expect(await nameShown(world.securePort, 'turning.example.com')).toBe('turning')
  await copyFile(renewed.certificate, `${files.certificate}.new`)
  await rename(`${files.certificate}.new`, files.certificate)
  await eventually(() => nameShown(world.securePort, 'turning.example.com')).toBe('renewed')
  const refusals = (): number => world.log().split('certificate refused').length
  const before = refusals()
  await writeFile(files.certificate, 'half a certifi')
  await eventually(refusals).toBeGreaterThan(before)
  expect(await nameShown(world.securePort, 'turning.example.com')).toBe('renewed')
  kept.write('GET / HTTP/1.1\r\nHost: turning.example.com\r\n\r\n')
  expect(String((await once(kept, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  kept.destroy()
})

test('a swapped configuration may name other certificates, and a wrong one changes nothing', async () => {
  await using world = await openWorld({ certificates: [app] })
  const { configuration, gateway, securePort } = world
  const certificates = [shop]
  const tls = { certificates, minimumVersion: 'TLSv1.2' } as const
  const nowhere = [{ certificate: '/nowhere/a.pem', key: '/nowhere/a.key' }]
  await expect(gateway.configure({ ...configuration, tls: { ...tls, certificates: nowhere } })).rejects.toMatchObject({
    code: 'GATEWAY_CERTIFICATE_UNUSABLE',
  })
  expect(await nameShown(securePort)).toBe('app')
  await gateway.configure({ ...configuration, tls })
  expect(await nameShown(securePort)).toBe('shop')
})

test('a certificate with the key of another keeps the gateway from opening', async () => {
  const certificates = [{ certificate: app.certificate, key: shop.key }]
  await expect(openWorld({ certificates })).rejects.toMatchObject({ code: 'GATEWAY_CERTIFICATE_UNUSABLE' })
})

test('a handshake that does not end is ended, and bytes that are none', async () => {
  await using world = await openWorld()
  await using silent = await RawClient.open(world.securePort)
  await using plain = await RawClient.open(world.securePort)
  plain.say('GET / HTTP/1.1\r\nHost: app.example.com\r\n\r\n')
  await eventually(() => [silent.end, plain.end].includes('open')).toBe(false)
  await eventually(world.log).toContain('handshake failed')
})

test('who ends before a handshake is let go at once, and nothing is said of it', async () => {
  await using world = await openWorld({}, {}, { headersMs: 60_000 })
  await using glance = await RawClient.open(world.securePort)
  await using half = await RawClient.open(world.securePort)
  half.socket.write(Buffer.from([0x16, 0x03, 0x01])) // how a handshake begins
  glance.socket.end()
  half.socket.end()
  await eventually(() => [glance.end, half.end].includes('open')).toBe(false)
  expect(world.log()).not.toContain('handshake failed')
})

test('a drain ends handshakes, and lets an answer end that is under way', async () => {
  await using world = await openWorld()
  const raw = connectPlain({ port: world.securePort, host: '127.0.0.1' })
  raw.on('error', () => undefined)
  const busy = await shake(world.securePort, { servername: 'app.example.com' })
  let finish = (): void => undefined
  world.upstream.server.removeAllListeners('request').on('request', (_message, response) => {
    response.write('begun ')
    finish = () => void response.end('and ended')
  })
  busy.write('GET / HTTP/1.1\r\nHost: app.example.com\r\n\r\n')
  let text = ''
  busy.on('data', (piece: Buffer) => {
    text += piece.toString()
  })
  await eventually(() => text).toContain('begun ')
  const closed = world.gateway.close({ signal: AbortSignal.timeout(5_000) })
  await eventually(() => raw.destroyed).toBe(true)
  finish()
  await closed
  await eventually(() => text).toContain('and ended')
})

test('a declared name is sent from the clear to https (308); an address, a proxy in front and others are not', async () => {
  await using world = await openWorld(
    { redirectToPort: 8443 },
    { domains: ['app.example.com'], trustedProxies: ['127.0.0.1'] },
  )
  const plain = async (host: string, proto = 'http') => {
    await using client = await RawClient.open(world.port)
    client.say(`POST /a/../b?c=1 HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Proto: ${proto}\r\nConnection: close\r\n\r\n`)
    await eventually(() => client.end).toBe('ended')
    return client.received
  }
  const sent = await plain('app.example.com:8080')
  expect(sent).toMatch(/^HTTP\/1\.1 308 Permanent Redirect\r\n/)
  expect(sent).toContain('Location: https://app.example.com:8443/b?c=1\r\n')
  expect(await plain('app.example.com', 'https')).toMatch(/^HTTP\/1\.1 200 /)
  expect(await plain('127.0.0.1')).toMatch(/^HTTP\/1\.1 200 /)
  expect(await plain('evil.example')).toMatch(/^HTTP\/1\.1 421 /)
})

test('every name below the domain of a pattern host is sent to https', async () => {
  const patternHost = {
    domain: 'hub.example.com',
    platformOrigin: 'https://hub.example.com',
    signInPath: '/sign-in',
    authUrl: 'http://127.0.0.1:1/',
    directory: { kind: 'table', workspaces: { alpha: { local: true } } },
    sharing: { unlessSaid: 'owner', most: 'public' },
    deniedPorts: [],
  } as const
  await using world = await openWorld({ redirectToPort: 443 }, { domains: ['hub.example.com'], patternHost })
  const sentTo = async (host: string) => {
    await using client = await RawClient.open(world.port)
    client.say(`GET /a?b HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    await eventually(() => client.end).toBe('ended')
    return /^Location: (.*)\r$/m.exec(client.received)?.[1]
  }
  expect(await sentTo('5173-alpha.hub.example.com:8080')).toBe('https://5173-alpha.hub.example.com/a?b')
  expect(await sentTo('anything.HUB.example.com')).toBe('https://anything.HUB.example.com/a?b')
  expect(await sentTo('hub.example.com')).toBe('https://hub.example.com/a?b')
  expect(await sentTo('5173-alpha.hub.example')).toBeUndefined()
})

test('HSTS is said over https alone, and not over what the service says itself', async () => {
  await using world = await openWorld({ hsts: { maxAgeSeconds: 86_400, includesSubdomains: true } })
  const told = (await ask(world.securePort, { host: 'app.example.com' })).headers
  expect(told['strict-transport-security']).toBe('max-age=86400; includeSubDomains')
  expect((await fetch(world.url)).headers.get('strict-transport-security')).toBeNull()
  world.upstream.server.removeAllListeners('request').on('request', (_message, response) => {
    response.setHeader('Strict-Transport-Security', 'max-age=1').end()
  })
  const own = (await ask(world.securePort, { host: 'app.example.com' })).headers
  expect(own['strict-transport-security']).toBe('max-age=1')
})

test.for([
  ['https://app.example.com', 'open'],
  ['http://app.example.com', '403'],
  ['https://evil.example', '403'],
] as const)('a WebSocket over TLS from the page %s: %s', async ([origin, expected]) => {
  await using world = await openWorld()
  const echo = new WebSocketServer({ server: world.upstream.server })
  echo.on('connection', (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })))
  const socket = new WebSocket(`wss://127.0.0.1:${world.securePort}/`, {
    createConnection: () => connect({ port: world.securePort, host: '127.0.0.1', servername: 'app.example.com', ca }),
    headers: { host: 'app.example.com' },
    origin,
  })
  const { promise, resolve } = Promise.withResolvers<string>()
  socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)))
  socket.on('open', () => resolve('open'))
  expect(await promise).toBe(expected)
  if (expected === 'open') {
    socket.send('hello')
    expect(String((await once(socket, 'message'))[0])).toBe('hello')
  }
  socket.on('error', () => undefined).terminate()
})
