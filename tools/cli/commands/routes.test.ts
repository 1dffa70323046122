import { expect, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const STACK = `stack: team
gateway:
  domains: [app.example.com]
  ports: { http: 8080, admin: 8081 }
  limits: { client: { requestsPerSecond: 7, connections: off }, exempt: [] }
services:
  board:
    run: { command: board }
    ports: { http: 8000 }
    routes: [/api/boards, { path: /ws, websocket: true, limits: { requestsAtOnce: 3 } }]
`

test('the way of a request is explained from the stack file alone', async () => {
  await using world = await openFolder({ 'portolan.yaml': STACK })
  const { exitCode, stdout } = await runCli(['routes', 'explain', '/api//boards/7'], { cwd: world.folder })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('✓ route   /api/boards → board')
  expect(stdout).toContain('client 192.0.2.1: 7 requests a second after a burst of 35')
  expect(stdout).toMatch(/→ goes to service "board" at 127\.0\.0\.1:8000\n$/)
})

test('what the gateway would refuse exits with 1, and as JSON says by which code', async () => {
  await using world = await openFolder({ 'portolan.yaml': STACK })
  const options = ['-H', 'Origin: https://evil.example', '--from', '203.0.113.9', '--json']
  const refused = await runCli(['routes', 'explain', 'wss://app.example.com/ws', world.folder, ...options])
  expect(refused.exitCode).toBe(1)
  expect(JSON.parse(refused.stdout)).toMatchObject({
    request: 'GET /ws from 203.0.113.9',
    outcome: { kind: 'refused', code: 'GATEWAY_ORIGIN_REFUSED', status: 403 },
  })
})

test('a URL without its scheme is asked of its host, and a domain in the clear is redirected where the stack says so', async () => {
  const tls = `  tls: { certificates: [{ certificate: a.pem, key: a.key }], redirect: true }\n  ports: { http: 8080, https: 8443 }\n`
  await using world = await openFolder({
    'portolan.yaml': STACK.replace(/ {2}ports: \{ http: 8080.*\n/, tls),
    'a.pem': '',
    'a.key': '',
  })
  const redirected = await runCli(['routes', 'explain', 'app.example.com/api/boards'], { cwd: world.folder })
  expect(redirected.stdout).toContain(
    '→ is answered 308 by the gateway itself: ask https://app.example.com:8443/api/boards',
  )
  expect(redirected.exitCode).toBe(0)
  const unknown = await runCli(['routes', 'explain', 'shop.test/api'], { cwd: world.folder })
  expect(unknown.stdout).toContain('GATEWAY_HOST_UNKNOWN')
  expect(unknown.exitCode).toBe(1)
})
