import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { type Endpoint, endpointsCollide, TRANSPORTS, type Transport } from '@portolan/ports'
import { expect, test } from 'vitest'
import { findBindProblem, probeBind } from './probe-bind.ts'
import { startNode } from './testing-programs.ts'

const { signal } = new AbortController()
const HAS_IPV6 = existsSync('/proc/net/if_inet6')

function endpointAt(port: number, transport: Transport, address = '127.0.0.1'): Endpoint {
  return { address, range: { first: port, last: port }, transport }
}

/** A port below the ephemeral range, so that nobody's port 0 takes it, which is free on every address for now. */
async function findFreePort(length = 1): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000)
    const range = { first, last: first + length - 1 }
    const everywhere = TRANSPORTS.map((transport) => ({ address: HAS_IPV6 ? '::' : '0.0.0.0', range, transport }))
    const outcomes = await Promise.all(everywhere.map((endpoint) => probeBind(endpoint, { signal })))
    if (outcomes.every((outcome) => outcome === 'free')) return first
  }
}

async function hold({ address, range, transport, ipv6Only = false }: Endpoint): Promise<AsyncDisposable> {
  if (transport === 'tcp') {
    const server = createServer()
    server.listen({ host: address, port: range.first, ipv6Only })
    await once(server, 'listening')
    return server
  }
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', ipv6Only })
  socket.bind(range.first, address)
  await once(socket, 'listening')
  return socket
}

test.for(TRANSPORTS)('a %s port is free, taken while it is held, and free again', async (transport) => {
  const endpoint = endpointAt(await findFreePort(), transport)
  expect(await probeBind(endpoint, { signal })).toBe('free')
  {
    await using _holder = await hold(endpoint)
    expect(await probeBind(endpoint, { signal })).toBe('taken')
    const other = transport === 'tcp' ? 'udp' : 'tcp'
    expect(await probeBind({ ...endpoint, transport: other }, { signal })).toBe('free')
  }
  expect(await probeBind(endpoint, { signal })).toBe('free')
})

test.runIf(HAS_IPV6).for(TRANSPORTS)(
  'the kernel agrees with endpointsCollide about every pair of %s addresses',
  async (transport) => {
    const addresses = ['0.0.0.0', '127.0.0.1', '127.0.0.2', '::', '::1', '::ffff:127.0.0.1', '::ffff:0.0.0.0']
    const port = await findFreePort()
    const endpoints = [
      ...addresses.map((address) => endpointAt(port, transport, address)),
      { ...endpointAt(port, transport, '::'), ipv6Only: true },
    ]
    for (const held of endpoints) {
      await using _holder = await hold(held)
      for (const wanted of endpoints) {
        const outcome = await probeBind(wanted, { signal })
        const expected = endpointsCollide(held, wanted) ? 'taken' : 'free'
        expect({ held, wanted, outcome }).toEqual({ held, wanted, outcome: expected })
      }
    }
  },
)

test.for(TRANSPORTS)("an address that this machine hasn't got is unavailable over %s", async (transport) => {
  expect(await probeBind(endpointAt(8080, transport, '192.0.2.1'), { signal })).toBe('unavailable')
})

test('the port of an outgoing connection is taken, although no table of listeners shows it', async () => {
  await using server = createServer((accepted) => accepted.resume())
  const port = await findFreePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ port, host: '127.0.0.1' }) // from a port that the kernel chose
  await once(client, 'connect')
  try {
    expect(await probeBind(endpointAt(client.localPort ?? 0, 'tcp'), { signal })).toBe('taken')
    expect(await probeBind(endpointAt(client.localPort ?? 0, 'tcp', '127.0.0.2'), { signal })).toBe('free')
  } finally {
    client.destroy()
  }
})

test('of a range the lowest port that is not free is named', async () => {
  const first = await findFreePort(100)
  const endpoint: Endpoint = { ...endpointAt(first, 'udp'), range: { first, last: first + 99 } }
  expect(await findBindProblem(endpoint, { signal })).toBeUndefined()
  await using _higher = await hold(endpointAt(first + 71, 'udp'))
  expect(await findBindProblem(endpoint, { signal })).toEqual({ port: first + 71, outcome: 'taken' })
  await using _lower = await hold(endpointAt(first + 70, 'udp'))
  expect(await findBindProblem(endpoint, { signal })).toEqual({ port: first + 70, outcome: 'taken' })
})

const UNPRIVILEGED = '/proc/sys/net/ipv4/ip_unprivileged_port_start'
const isPort80Guarded = existsSync(UNPRIVILEGED) && Number(readFileSync(UNPRIVILEGED, 'utf8')) > 80

test.runIf(isPort80Guarded)('a privileged port is forbidden to an ordinary user', async () => {
  const code = `
    import(${JSON.stringify(new URL('./probe-bind.ts', import.meta.url).href)}).then(async ({ probeBind }) => {
      const endpoint = { address: '127.0.0.77', range: { first: 79, last: 79 }, transport: 'tcp' }
      console.log(await probeBind(endpoint, { signal: new AbortController().signal }))
    })`
  await using child = await startNode(code, process.getuid?.() === 0 ? { uid: 65_534 } : {})
  expect(child.firstLine).toBe('forbidden')
})

test('a name is refused, for it may mean another address', async () => {
  await expect(probeBind(endpointAt(8080, 'tcp', 'localhost'), { signal })).rejects.toMatchObject({
    code: 'PORTS_ADDRESS_INVALID',
  })
})

test('a probe that is told to stop stops', async () => {
  const stopped = AbortSignal.abort(new Error('stop'))
  await expect(probeBind(endpointAt(8080, 'tcp'), { signal: stopped })).rejects.toThrow('stop')
})

test('a probe leaves nothing open', async () => {
  const countSockets = () => process.getActiveResourcesInfo().filter((name) => /TCP|UDP/.test(name)).length
  const first = await findFreePort(64)
  for (const transport of TRANSPORTS) {
    await using _holder = await hold(endpointAt(first + 63, transport))
    expect(countSockets()).toBeGreaterThan(0)
    await probeBind({ ...endpointAt(first, transport), range: { first, last: first + 63 } }, { signal })
  }
  await expect.poll(countSockets).toBe(0)
})
