import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { GatewayConfiguration } from '../configuration.ts'
import { eventually } from '../eventually.ts'
import { isOpen, readyPort, startGateway } from '../gateway-process.ts'
import { freePort, openTestUpstream, routeTo } from '../testing.ts'

function configurationTo(upstreamPort: number, changes: Partial<GatewayConfiguration> = {}): GatewayConfiguration {
  return {
    stack: 'test',
    workers: 2,
    domains: [],
    trustedProxies: [],
    listeners: [{ name: 'http', address: '127.0.0.1', port: 0 }],
    routes: [routeTo('/', upstreamPort, { websocket: true })],
    ...changes,
  }
}

async function tell(child: ChildProcess, message: Parameters<ChildProcess['send']>[0]): Promise<unknown> {
  const answered = once(child, 'message')
  child.send(message)
  return (await answered)[0]
}

/** Clients that ask again and again, on connections they keep and on new ones, until they are told to stop. */
function startLoad(port: number) {
  const kept = new Agent({ keepAlive: true, maxSockets: 4 })
  const failures: string[] = []
  let count = 0
  let isOver = false
  const ask = async (agent: Agent | false, method: string) => {
    while (!isOver) {
      try {
        expect(await answerTo({ port, agent, method })).toBe('200 board')
        count += 1
      } catch (error) {
        failures.push(String(error))
      }
    }
  }
  const asking = [ask(kept, 'GET'), ask(kept, 'POST'), ask(kept, 'POST'), ask(false, 'GET'), ask(false, 'POST')]
  const stop = async () => {
    isOver = true
    await Promise.all(asking)
    kept.destroy()
    return { count, failures }
  }
  return { stop, count: () => count }
}

interface Asked {
  readonly port: number
  readonly agent: Agent | false
  readonly method: string
}

async function answerTo({ port, agent, method }: Asked): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const asked = request({ host: '127.0.0.1', port, agent, method, path: '/' }, (response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (piece: string) => {
      body += piece
    })
    response.once('end', () => resolve(`${response.statusCode} ${body}`)).once('error', reject)
  })
  asked.once('error', reject)
  asked.end(method === 'POST' ? 'a card' : undefined)
  return promise
}

/** The processes of a gateway, from the kernel. */
async function workersOf({ pid }: ChildProcess): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.trim().split(' ').filter(Boolean).map(Number)
}

test('while its workers are replaced again and again, no request fails', async () => {
  await using upstream = await openTestUpstream((message, response) => {
    message.resume().once('end', () => response.end('board'))
  })
  const configuration = configurationTo(upstream.port)
  await using gateway = await startGateway(configuration)
  const port = await readyPort(gateway.child)
  const load = startLoad(port)
  const all = new Set(await workersOf(gateway.child))
  for (let round = 0; round < 3; round += 1) {
    expect(await tell(gateway.child, { type: 'replace', configuration })).toEqual({ type: 'replaced' })
    const asked = load.count()
    await eventually(load.count).toBeGreaterThan(asked + 50)
    for (const pid of await workersOf(gateway.child)) all.add(pid)
  }
  const { count, failures } = await load.stop()
  expect(failures).toEqual([])
  expect(count).toBeGreaterThan(150)
  expect(all.size).toBeGreaterThanOrEqual(8)
  // Those that were replaced go as soon as nothing is open on them.
  await eventually(async () => (await workersOf(gateway.child)).length).toBe(2)
})

test('a WebSocket outlives the worker that was replaced', async () => {
  await using upstream = await openTestUpstream((_message, response) => response.end('board'))
  const echo = new WebSocketServer({ server: upstream.server })
  echo.on('connection', (socket) =>
    socket.on('message', (data) => socket.send(`echo ${Buffer.isBuffer(data) ? data.toString() : ''}`)),
  )
  const configuration = configurationTo(upstream.port)
  await using gateway = await startGateway(configuration)
  const socket = new WebSocket(`ws://127.0.0.1:${await readyPort(gateway.child)}/`)
  await once(socket, 'open')
  const before = await workersOf(gateway.child)
  await tell(gateway.child, { type: 'replace', configuration })
  socket.send('still here')
  expect(String((await once(socket, 'message'))[0])).toBe('echo still here')
  const closed = once(socket, 'close')
  socket.close()
  await closed
  await eventually(() => workersOf(gateway.child)).not.toEqual(expect.arrayContaining(before.slice(0, 1)))
})

test('workers that are killed are replaced, even all at once, and all of them take a new configuration', async () => {
  await using upstream = await openTestUpstream((_message, response) => response.end('board'))
  const listeners = [{ name: 'http', address: '127.0.0.1', port: await freePort() }]
  const configuration = configurationTo(upstream.port, { listeners })
  await using gateway = await startGateway(configuration)
  const port = await readyPort(gateway.child)
  const before = await workersOf(gateway.child)
  for (const pid of before) process.kill(pid, 'SIGKILL')
  await eventually(async () => (await workersOf(gateway.child)).filter((pid) => !before.includes(pid)).length).toBe(2)
  await eventually(() => isOpen(port)).toBe(true)
  const routes = [routeTo('/elsewhere', upstream.port)]
  expect(await tell(gateway.child, { type: 'configure', configuration: { ...configuration, routes } })).toEqual({
    type: 'configured',
  })
  const statuses = new Set<string>()
  for (let count = 0; count < 20; count += 1)
    statuses.add((await answerTo({ port, agent: false, method: 'GET' })).slice(0, 3))
  expect([...statuses]).toEqual(['404'])
})

test('SIGHUP: it reads its file again, and other listeners are no obstacle', async () => {
  await using upstream = await openTestUpstream((_message, response) => response.end('board'))
  const configuration = configurationTo(upstream.port)
  await using gateway = await startGateway(configuration)
  const old = await readyPort(gateway.child)
  const port = await freePort()
  const listeners = [{ name: 'http', address: '127.0.0.1', port }]
  await writeFile(gateway.path, JSON.stringify({ ...configuration, listeners }))
  gateway.child.kill('SIGHUP')
  await eventually(() => isOpen(port)).toBe(true)
  await eventually(() => isOpen(old)).toBe(false)
  expect(await answerTo({ port, agent: false, method: 'GET' })).toBe('200 board')
})

test('a replacement that cannot listen is refused, and the old workers go on', async () => {
  await using upstream = await openTestUpstream((_message, response) => response.end('board'))
  const configuration = configurationTo(upstream.port)
  await using gateway = await startGateway(configuration)
  const port = await readyPort(gateway.child)
  const listeners = [{ name: 'http', address: '127.0.0.1', port: upstream.port }]
  const refused = await tell(gateway.child, { type: 'replace', configuration: { ...configuration, listeners } })
  expect(refused).toMatchObject({ type: 'refused', code: 'GATEWAY_PORT_TAKEN' })
  expect(await answerTo({ port, agent: false, method: 'GET' })).toBe('200 board')
  expect(await workersOf(gateway.child)).toHaveLength(2)
})
