import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { errorCode } from '@portolan/errors'
import { expect, test } from 'vitest'
import type { GatewayConfiguration } from './configuration.ts'
import { eventually } from './eventually.ts'
import { isOpen, kill, MAIN, readyPort, startGateway, writeConfiguration } from './gateway-process.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from './testing.ts'

const CONFIGURATION: GatewayConfiguration = {
  stack: 'test',
  workers: 1,
  domains: [],
  trustedProxies: [],
  listeners: [{ name: 'http', address: '127.0.0.1', port: 0 }],
  routes: [],
}

test('the process says where it listens, swaps its configuration, and refuses a wrong one', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('board'))
  await using gateway = await startGateway(CONFIGURATION)
  const { child } = gateway
  const port = await readyPort(child)
  const ask = async (message: Parameters<ChildProcess['send']>[0]) => {
    child.send(message)
    return (await once(child, 'message'))[0]
  }
  expect((await fetch(`http://127.0.0.1:${port}/api`)).status).toBe(404)
  const routes = [routeTo('/api', upstream.port)]
  expect(await ask({ type: 'configure', configuration: { ...CONFIGURATION, routes } })).toEqual({ type: 'configured' })
  expect(await (await fetch(`http://127.0.0.1:${port}/api`)).text()).toBe('board')
  expect(await ask({ type: 'configure', configuration: { stack: '' } })).toMatchObject({
    type: 'refused',
    code: 'GATEWAY_CONFIGURATION_INVALID',
    message: expect.stringContaining('listeners'),
  })
  expect(await ask({ type: 'dance' })).toMatchObject({ type: 'refused', code: 'GATEWAY_MESSAGE_UNKNOWN' })
  expect(await (await fetch(`http://127.0.0.1:${port}/api`)).text()).toBe('board')
})

test('SIGTERM lets a running request end, then the process exits with 0 and its log is JSON lines', async () => {
  const answer = Promise.withResolvers<() => void>()
  await using upstream = await openTestUpstream((_request, response) => {
    response.write('first ')
    answer.resolve(() => response.end('last'))
  })
  await using gateway = await startGateway({ ...CONFIGURATION, routes: [routeTo('/', upstream.port)] })
  const port = await readyPort(gateway.child)
  await using client = await RawClient.open(port)
  client.say('GET /x?secret=1 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const finish = await answer.promise
  const exited = once(gateway.child, 'exit')
  gateway.child.kill('SIGTERM')
  await eventually(() => isOpen(port)).toBe(false)
  finish()
  expect(await exited).toEqual([0, null])
  expect(client.received).toMatch(/first [\s\S]*last/)
  const lines = (await gateway.stdout)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'request', method: 'GET', route: '/', status: 200, service: 'board' }),
  )
  expect(await gateway.stdout).not.toContain('secret')
})

test('kill -9 leaves no listener', async () => {
  await using gateway = await startGateway(CONFIGURATION)
  const port = await readyPort(gateway.child)
  await kill(gateway.child)
  await eventually(() => isOpen(port)).toBe(false)
})

const SUPERVISOR = `
  const gateway = require('node:child_process').fork(process.argv[1])
  gateway.on('message', ({ addresses }) => console.log(addresses[0].port, gateway.pid))
`

test('the gateway ends when its supervisor is killed', async () => {
  await using file = await writeConfiguration(CONFIGURATION)
  const env = { ...process.env, PORTOLAN_GATEWAY_CONFIGURATION: file.path }
  const supervisor = spawn(process.execPath, ['-e', SUPERVISOR, MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  await using _ended = { [Symbol.asyncDispose]: () => kill(supervisor) }
  let said = ''
  supervisor.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  const places = /^(\d+) (\d+)$/m
  await eventually(() => said).toMatch(places)
  const [port = 0, gatewayPid = 0] = places.exec(said)?.slice(1).map(Number) ?? []
  try {
    expect(await isOpen(port)).toBe(true)
    await kill(supervisor)
    await eventually(() => isOpen(port)).toBe(false)
  } finally {
    // Only when the test fails: the gateway would outlive it.
    if (isRunning(gatewayPid)) process.kill(gatewayPid, 'SIGKILL')
  }
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    expect(errorCode(error)).toBe('ESRCH')
    return false
  }
}

test('a taken port ends the process with the code on stderr and status 1', async () => {
  await using holder = await openTestGateway([])
  const listeners = [{ name: 'http', address: '127.0.0.1', port: holder.port }]
  await using gateway = await startGateway({ ...CONFIGURATION, listeners })
  expect(await once(gateway.child, 'exit')).toEqual([1, null])
  expect(await gateway.stderr).toMatch(new RegExp(`^GATEWAY_PORT_TAKEN: Listener "http" needs port "${holder.port}"`))
})

test.for([
  ['no variable', undefined, 'GATEWAY_CONFIGURATION_UNREADABLE'],
  ['no such file', '/nonexistent/gateway.json', 'GATEWAY_CONFIGURATION_UNREADABLE'],
  ['a file that is no JSON', MAIN, 'GATEWAY_CONFIGURATION_INVALID'],
] as const)('%s ends the process with its code', async ([, path, code]) => {
  const { PORTOLAN_GATEWAY_CONFIGURATION: _ours, ...rest } = process.env
  const env = path === undefined ? rest : { ...rest, PORTOLAN_GATEWAY_CONFIGURATION: path }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(child.exitCode).toBe(1)
  expect(stderr).toMatch(new RegExp(`^${code}: `))
})

test('no workspace of this machine is shown at the admin’s port, also where the system chose it', async () => {
  const patternHost = {
    domain: 'hub.localhost',
    platformOrigin: 'http://hub.localhost:3000',
    authUrl: 'http://127.0.0.1:1',
    directory: { kind: 'table', workspaces: { alpha: { local: true, sharing: 'public' } } },
  }
  const admin = { address: '127.0.0.1', port: 0 }
  const configuration = { ...CONFIGURATION, workers: 2, admin, patternHost }
  await using gateway = await startGateway(configuration, { SERVICE_KEY: 'a secret of more than 32 characters' })
  const [ready] = await once(gateway.child, 'message')
  const [gatewayPort, adminPort] = [Number(Object(ready).addresses[0].port), Number(Object(ready).admin.port)]
  for (const _ of [1, 2, 3, 4, 5, 6]) {
    await using client = await RawClient.open(gatewayPort)
    client.say(`GET /status.json HTTP/1.1\r\nHost: ${adminPort}-alpha.hub.localhost\r\n\r\n`)
    await eventually(() => client.received).toContain('GATEWAY_WORKSPACE_PORT_DENIED')
  }
})
