import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { errorCode, type Waiting } from '@portolan/errors'
import { type Endpoint, formatEndpoint, parseAddress, rangeSize, singlePort } from '@portolan/ports'
import { probeFailed } from './errors.ts'
import { mapBounded } from './map-bounded.ts'

/**
 * `free`: it could be bound a moment ago. `taken`: something holds it. `forbidden`: this user may not bind it.
 * `unavailable`: this machine has no such address.
 */
export type BindOutcome = 'free' | 'taken' | 'forbidden' | 'unavailable'

export interface BindProblem {
  readonly port: number
  readonly outcome: Exclude<BindOutcome, 'free'>
}

const PORTS_AT_ONCE = 32

const OUTCOMES: ReadonlyMap<string | undefined, BindProblem['outcome']> = new Map([
  ['EADDRINUSE', 'taken'],
  ['EACCES', 'forbidden'],
  ['EPERM', 'forbidden'],
  ['EADDRNOTAVAIL', 'unavailable'],
  ['EAFNOSUPPORT', 'unavailable'], // a kernel without IPv6
  ['EINVAL', 'unavailable'], // a link-local address without its zone
])

/**
 * Binds every port of an endpoint and closes it at once. The only sure test of a moment: it sees what no table shows,
 * such as ports of outgoing connections. But it holds each port for that moment, so that two probes of the same port at
 * one time may call it `taken`, and by the time the answer is read another process may have bound it.
 * @returns the outcome of the lowest port that is not free, else `free`
 * @throws PORTS_ADDRESS_INVALID, and OBSERVE_PROBE_FAILED when the attempt itself failed (no file descriptors left)
 */
export async function probeBind(endpoint: Endpoint, { signal }: Waiting): Promise<BindOutcome> {
  const problem = await findBindProblem(endpoint, { signal })
  return problem?.outcome ?? 'free'
}

/** As {@link probeBind}, with the port: the lowest of the range that cannot be bound, and why; undefined when all can. */
export async function findBindProblem(endpoint: Endpoint, { signal }: Waiting): Promise<BindProblem | undefined> {
  parseAddress(endpoint.address) // a name would be resolved, and another address probed than is claimed
  const { first, last } = endpoint.range
  for (let start = first; start <= last; start += PORTS_AT_ONCE) {
    signal.throwIfAborted()
    const length = Math.min(PORTS_AT_ONCE, rangeSize({ first: start, last }))
    const ports = Array.from({ length }, (_, index) => start + index)
    const problems = await mapBounded(ports, PORTS_AT_ONCE, (port) => probePort(endpoint, port))
    const lowest = problems.find((problem) => problem !== undefined)
    if (lowest !== undefined) return lowest
  }
  return undefined
}

async function probePort(endpoint: Endpoint, port: number): Promise<BindProblem | undefined> {
  try {
    await (endpoint.transport === 'tcp' ? bindTcp(endpoint, port) : bindUdp(endpoint, port))
    return undefined
  } catch (error) {
    const outcome = OUTCOMES.get(errorCode(error))
    if (outcome === undefined) throw probeFailed(formatEndpoint({ ...endpoint, range: singlePort(port) }), error)
    return { port, outcome }
  }
}

async function bindTcp({ address, ipv6Only = false }: Endpoint, port: number): Promise<void> {
  // Node listens as soon as it binds: whoever connects in that moment is cut off, or the close would wait for them.
  await using server = createServer((socket) => socket.destroy())
  const listening = once(server, 'listening')
  server.listen({ host: address, port, ipv6Only, exclusive: true })
  await listening
}

async function bindUdp({ address, ipv6Only = false }: Endpoint, port: number): Promise<void> {
  await using socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', ipv6Only })
  const listening = once(socket, 'listening')
  socket.bind({ address, port, exclusive: true })
  await listening
}
