import { request } from 'node:http'
import { expect, test } from 'vitest'
import { openTestGateway, openTestUpstream, routeTo } from '../testing.ts'
import { openAdmin } from './admin-server.ts'

async function openWorld() {
  await using stack = new AsyncDisposableStack()
  const upstream = stack.use(await openTestUpstream((_request, response) => response.end('board')))
  const world = stack.use(await openTestGateway([routeTo('/api', upstream.port, { service: '<b>board</b>' })]))
  const { gateway } = world
  const source = { snapshot: () => gateway.snapshot(), explain: gateway.explain.bind(gateway), isReady: () => true }
  const address = { address: '127.0.0.1', port: 0 }
  const admin = stack.use(await openAdmin(address, source, { signal: AbortSignal.timeout(10_000) }))
  const owned = stack.move()
  const url = `http://127.0.0.1:${admin.address.port}`
  return { url, gatewayUrl: world.url, port: admin.address.port, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** With a Host of its own, which fetch does not let one choose. */
async function askAs(host: string, port: number): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const asked = request({ host: '127.0.0.1', port, path: '/metrics', headers: { host } }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode))
  })
  asked.once('error', reject).end()
  return promise
}

test('it gives health, readiness, figures, the status and explanations', async () => {
  await using world = await openWorld()
  await (await fetch(`${world.gatewayUrl}/api`)).arrayBuffer()
  const get = async (path: string) => (await fetch(`${world.url}${path}`)).text()
  expect([await get('/health'), await get('/ready')]).toEqual(['ok\n', 'ready\n'])
  expect(await get('/metrics')).toContain('portolan_gateway_requests_total{route="/api",method="GET",status="2xx"} 1\n')
  expect(JSON.parse(await get('/status.json'))).toMatchObject({
    stack: 'test',
    routes: [{ path: '/api', requestCount: 1 }],
  })
  expect(await get('/explain?url=/api/7')).toContain('✓ route   /api → <b>board</b>')
  expect(JSON.parse(await get('/explain?url=/x&json'))).toMatchObject({ outcome: { code: 'GATEWAY_NO_ROUTE' } })
  expect((await fetch(`${world.url}/explain`)).status).toBe(400)
  expect((await fetch(`${world.url}/explain?url=/&header=broken`)).status).toBe(400)
  expect((await fetch(`${world.url}/other`)).status).toBe(404)
  expect((await fetch(`${world.url}/status`, { method: 'POST' })).status).toBe(405)
})

test('the page speaks the reader’s language, and allows nothing but its own style and script', async () => {
  await using world = await openWorld()
  const korean = await fetch(`${world.url}/status`, { headers: { 'accept-language': 'ko' } })
  expect(await korean.text()).toMatch(/<html lang="ko">[\s\S]*test 게이트웨이[\s\S]*정상적으로 동작 중입니다/)
  expect(await (await fetch(`${world.url}/?lang=en`)).text()).toMatch(/<html lang="en">[\s\S]*Works as it should/)
  expect(korean.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
})

test('a page of somebody else’s that leads its name here is refused', async () => {
  await using world = await openWorld()
  expect(await askAs('evil.example', world.port)).toBe(421)
  expect(await askAs(`3001-alpha.hub.localhost:${world.port}`, world.port)).toBe(421)
  expect(await askAs(`localhost:${world.port}`, world.port)).toBe(200)
})

test('no path of the gateway leads to it', async () => {
  await using world = await openWorld()
  for (const path of ['/metrics', '/status', '/status.json', '/explain?url=/']) {
    expect((await fetch(`${world.gatewayUrl}${path}`)).status).toBe(404)
  }
})
