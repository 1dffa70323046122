import cluster from 'node:cluster'
import { expect, test } from 'vitest'
import { type GatewayConfiguration, parseGatewayConfiguration } from '../configuration.ts'
import type { GatewaySnapshot } from '../figures/snapshot.ts'
import { MAIN } from '../gateway-process.ts'
import { SILENT } from '../log.ts'
import { openTestUpstream, routeTo } from '../testing.ts'
import { Worker } from './worker.ts'
import { WorkerFleet } from './worker-fleet.ts'

async function openFleet(upstreamPort: number, changes: object = {}) {
  const configuration: GatewayConfiguration = parseGatewayConfiguration({
    stack: 'test',
    workers: 2,
    listeners: [{ name: 'http', address: '127.0.0.1', port: 0 }],
    routes: [routeTo('/', upstreamPort)],
    ...changes,
  })
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ exec: MAIN, args: [], execArgv: [], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const startWorker = () => new Worker(cluster.fork(), () => undefined)
  const fleet = await WorkerFleet.open(configuration, { logger: SILENT, startWorker })
  const url = `http://127.0.0.1:${fleet.addresses[0]?.port}/`
  return { fleet, url, configuration, [Symbol.asyncDispose]: () => fleet.close(0) }
}

/** On a connection of its own, so that either worker may get it. */
async function statusOf(url: string): Promise<number> {
  const response = await fetch(url, { headers: { connection: 'close' } })
  await response.arrayBuffer()
  return response.status
}

function requestCount({ routes }: GatewaySnapshot): number {
  return routes.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0)
}

test('the figures are of all workers, and those of one that has gone are not lost', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('board'))
  await using world = await openFleet(upstream.port)
  for (let count = 0; count < 20; count += 1) expect(await statusOf(world.url)).toBe(200)
  const before = await world.fleet.snapshot()
  expect(before.workerCount).toBe(2)
  expect(requestCount(before)).toBe(20)
  await world.fleet.replace(world.configuration, 0)
  expect(await statusOf(world.url)).toBe(200)
  // The last word of a worker comes with its end.
  await expect.poll(async () => requestCount(await world.fleet.snapshot())).toBe(21)
  await expect.poll(async () => (await world.fleet.snapshot()).workerCount).toBe(2)
})

test('what a client may spend is of all workers together', async () => {
  await using upstream = await openTestUpstream((_request, response) => response.end('board'))
  const limits = { client: { requestsPerSecond: 10, burst: 20 }, exempt: [] }
  await using world = await openFleet(upstream.port, { limits })
  const startedMs = performance.now()
  const statuses: number[] = []
  while (performance.now() - startedMs < 2_000) {
    statuses.push(...(await Promise.all([1, 2, 3, 4].map(() => statusOf(world.url)))))
  }
  const seconds = (performance.now() - startedMs) / 1_000
  const passed = statuses.filter((status) => status === 200).length
  expect(statuses).toContain(429)
  expect(passed).toBeGreaterThanOrEqual(20)
  // Each worker by itself would let 20 + 10 a second pass: what is above the limit is what a tenth of a second hides.
  expect(passed).toBeLessThan(20 + 10 * seconds + 15)
})
