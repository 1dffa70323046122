import { Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { latencyOf } from '../../percentiles.ts'

/** How somebody fares who only wants to be served. */
export interface NeighbourFigures {
  readonly requestCount: number
  readonly failureCount: number
  /** Each kind once. */
  readonly failures: readonly string[]
  readonly medianMs: number
  readonly p99Ms: number
  readonly worstMs: number
}

const EVERY_MS = 20
const LIMIT_MS = 5_000
/** Another address than the attackers have: limits are by address. */
const ADDRESS = '127.0.0.9'

/** A client that asks 50 times a second, on connections that are kept, until it is told to stop. */
export async function askUntil(over: AbortSignal, port: number): Promise<NeighbourFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16, localAddress: ADDRESS })
  const latenciesMs: number[] = []
  const failures: string[] = []
  const asked: Promise<void>[] = []
  while (!over.aborted) {
    asked.push(ask(port, agent, { latenciesMs, failures }))
    await delay(EVERY_MS)
  }
  await Promise.all(asked)
  agent.destroy()
  const counts = { requestCount: asked.length, failureCount: failures.length, failures: [...new Set(failures)] }
  return { ...counts, ...latencyOf(latenciesMs) }
}

interface Kept {
  readonly latenciesMs: number[]
  readonly failures: string[]
}

function ask(port: number, agent: Agent, { latenciesMs, failures }: Kept): Promise<void> {
  const beganMs = performance.now()
  const { promise, resolve } = Promise.withResolvers<void>()
  const fail = (reason: string): void => {
    failures.push(reason)
    resolve()
  }
  const request = get({ port, host: '127.0.0.1', path: '/api/ships', agent, timeout: LIMIT_MS }, (response) => {
    response.resume()
    response.once('end', () => {
      latenciesMs.push(performance.now() - beganMs)
      if (response.statusCode === 200) resolve()
      else fail(`status ${response.statusCode}`)
    })
    response.once('error', (error) => fail(error.message))
  })
  request.once('timeout', () => request.destroy(new Error('no answer in time')))
  request.once('error', (error) => fail(error.message))
  return promise
}
